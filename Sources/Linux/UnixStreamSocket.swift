private import CLinux
private import Glibc

/// A Unix stream socket: a listening one, or one end of a connection.
package struct UnixStreamSocket: ~Copyable {
    package let fileDescriptor: FileDescriptor

    package var rawValue: Int32 { fileDescriptor.rawValue }

    /// Listens at `path`, open to this user alone; it never waits. What was left there is removed.
    ///
    /// - Throws: ENAMETOOLONG where the path has more than 107 octets.
    package init(listening path: String, backlog: Int32) throws(Errno) {
        let descriptor = FileDescriptor(owning: try Self.open(flags: Int32(SOCK_NONBLOCK.rawValue)))
        let rawValue = descriptor.rawValue
        try UnixAddress.bind(descriptor, to: path)
        try syscall { listen(rawValue, backlog) }
        fileDescriptor = descriptor
    }

    /// Connects to the socket that listens at `path`. It waits, each time for `timeout` at most.
    ///
    /// - Throws: ECONNREFUSED and ENOENT where nobody listens; EAGAIN where the timeout is over.
    package init(connecting path: String, timeout: Duration) throws(Errno) {
        let descriptor = FileDescriptor(owning: try Self.open(flags: 0))
        let rawValue = descriptor.rawValue
        var time = timeval(tv_sec: Int(timeout.components.seconds), tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        try syscall { setsockopt(rawValue, SOL_SOCKET, SO_RCVTIMEO, &time, length) }
        try syscall { setsockopt(rawValue, SOL_SOCKET, SO_SNDTIMEO, &time, length) }
        let address = try UnixAddress(path)
        try syscall { address.withSockaddr { connect(rawValue, $0, $1) } }
        fileDescriptor = descriptor
    }

    private init(accepted rawValue: Int32) {
        fileDescriptor = FileDescriptor(owning: rawValue)
    }

    /// Goes on with a socket that this process made in another program.
    package init(adopting fileDescriptor: consuming FileDescriptor) {
        self.fileDescriptor = fileDescriptor
    }

    private static func open(flags: Int32) throws(Errno) -> Int32 {
        try syscall { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | flags, 0) }
    }

    /// Takes the next connection, which never waits, either; nil where there is none.
    package func accept() throws(Errno) -> UnixStreamSocket? {
        let accepted = try nonBlockingSyscall { clinux_accept(rawValue) }
        return accepted.map { UnixStreamSocket(accepted: $0) }
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
}
