private import CLinux
private import Glibc

/// A stream socket, Unix or TCP: a listening one, or one end of a connection.
package struct StreamSocket: ~Copyable {
    package let fileDescriptor: FileDescriptor

    package var rawValue: Int32 { fileDescriptor.rawValue }

    /// Takes over a socket that somebody else made.
    package init(adopting fileDescriptor: consuming FileDescriptor) {
        self.fileDescriptor = fileDescriptor
    }

    /// Listens at `path`, open to this user alone; it never waits. What was left there is removed.
    ///
    /// - Throws: ENAMETOOLONG where the path has more than 107 octets.
    package init(listening path: String, backlog: Int32) throws(Errno) {
        let descriptor = FileDescriptor(
            owning: try Self.open(family: AF_UNIX, flags: Int32(SOCK_NONBLOCK.rawValue)))
        let rawValue = descriptor.rawValue
        try UnixAddress.bind(descriptor, to: path)
        try syscall { listen(rawValue, backlog) }
        fileDescriptor = descriptor
    }

    /// Listens for TCP connections at `address`, of IPv6 without the IPv4 addresses that map to it; it never waits.
    ///
    /// - Throws: EADDRINUSE where another socket listens there.
    package init(listening address: SocketAddress, backlog: Int32) throws(Errno) {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        let descriptor = FileDescriptor(
            owning: try Self.open(family: family, flags: Int32(SOCK_NONBLOCK.rawValue)))
        let rawValue = descriptor.rawValue
        // Connections of before that the kernel still remembers (TIME_WAIT) would keep the address for a minute.
        try descriptor.set(SOL_SOCKET, SO_REUSEADDR, to: 1)
        if address.family == .ipv6 { try descriptor.set(Int32(IPPROTO_IPV6), Int32(IPV6_V6ONLY), to: 1) }
        try syscall { address.withSockaddr { bind(rawValue, $0, $1) } }
        try syscall { listen(rawValue, backlog) }
        fileDescriptor = descriptor
    }

    /// Connects to the socket that listens at `path`. It waits, each time for `timeout` at most.
    ///
    /// - Throws: ECONNREFUSED and ENOENT where nobody listens; EAGAIN where the timeout is over.
    package init(connecting path: String, timeout: Duration) throws(Errno) {
        let descriptor = FileDescriptor(owning: try Self.open(family: AF_UNIX, flags: 0))
        let rawValue = descriptor.rawValue
        try descriptor.setTimeout(timeout)
        let address = try UnixAddress(path)
        try syscall { address.withSockaddr { connect(rawValue, $0, $1) } }
        fileDescriptor = descriptor
    }

    private static func open(family: Int32, flags: Int32) throws(Errno) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | flags
        return try syscall { socket(family, type, 0) }
    }

    /// Takes the next connection, which never waits, either; nil where there is none.
    package func accept() throws(Errno) -> StreamSocket? {
        let accepted = try nonBlockingSyscall { clinux_accept(rawValue) }
        return accepted.map { StreamSocket(adopting: FileDescriptor(owning: $0)) }
    }

    /// Receives what there is, into all or a part of `buffer`; 0 octets at the end of the stream.
    ///
    /// - Returns: nil where there is nothing now.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int? {
        try nonBlockingSyscall { recv(rawValue, buffer.baseAddress, buffer.count, 0) }
    }

    /// Sends what the socket takes.
    ///
    /// - Returns: how many octets; nil where it takes none now.
    package func send(_ octets: UnsafeRawBufferPointer) throws(Errno) -> Int? {
        try nonBlockingSyscall { Glibc.send(rawValue, octets.baseAddress, octets.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Tells the other end that nothing more comes. It may still send.
    package func finishSending() throws(Errno) {
        try syscall { shutdown(rawValue, Int32(SHUT_WR)) }
    }
}

// What programs keep of a connection as arrays.
extension StreamSocket {
    /// Receives what there is, `limit` octets at most, to the end of `octets`.
    ///
    /// - Returns: how many octets, 0 at the end of the stream; nil where there is nothing now.
    package func receive(_ limit: Int, appendingTo octets: inout [UInt8]) throws(Errno) -> Int? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let result: Result<Int?, Errno> = buffer.withUnsafeMutableBytes { buffer in
            Result { () throws(Errno) in try receive(into: buffer) }
        }
        guard let count = try result.get() else { return nil }
        octets += buffer[..<count]
        return count
    }

    /// Sends what the socket takes, and removes it from `octets`.
    ///
    /// - Returns: whether that was all.
    package func send(removingFrom octets: inout [UInt8]) throws(Errno) -> Bool {
        while !octets.isEmpty {
            let result: Result<Int?, Errno> = octets.withUnsafeBytes { octets in
                Result { () throws(Errno) in try send(octets) }
            }
            guard let sent = try result.get() else { return false }
            octets.removeFirst(sent)
        }
        return true
    }
}
