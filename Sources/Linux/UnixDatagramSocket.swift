private import CLinux
private import Glibc

/// A Unix datagram socket: messages between processes of this host, whole and in order. It never waits.
package final class UnixDatagramSocket {
    package let fileDescriptor: FileDescriptor

    package struct Received {
        /// The message's octets.
        package let count: Int
        /// The user that sent it; nil where the kernel did not tell.
        package let userID: UInt32?
    }

    /// Takes over a socket that another process bound.
    package init(adopting fileDescriptor: consuming FileDescriptor) {
        self.fileDescriptor = fileDescriptor
    }

    /// Binds `path`, open to this user alone, to receive messages with their senders' credentials. What was left
    /// there is removed.
    ///
    /// - Throws: ENAMETOOLONG where the path has more than 107 octets.
    package init(binding path: String) throws(Errno) {
        let descriptor = try Self.open()
        let rawValue = descriptor.rawValue
        var isOn: Int32 = 1
        try syscall {
            setsockopt(rawValue, SOL_SOCKET, SO_PASSCRED, &isOn, socklen_t(MemoryLayout<Int32>.size))
        }
        try UnixAddress.bind(descriptor, to: path)
        fileDescriptor = descriptor
    }

    /// Connects to the socket that is bound to `path`, to send to it.
    ///
    /// - Parameter sendBuffer: octets to ask for, of messages that the other end has not received yet.
    /// - Throws: ECONNREFUSED and ENOENT where there is none.
    package init(connecting path: String, sendBuffer: Int32) throws(Errno) {
        let descriptor = try Self.open()
        let rawValue = descriptor.rawValue
        var sendBuffer = sendBuffer
        try syscall {
            setsockopt(rawValue, SOL_SOCKET, SO_SNDBUF, &sendBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        let address = try UnixAddress(path)
        try syscall { address.withSockaddr { connect(rawValue, $0, $1) } }
        fileDescriptor = descriptor
    }

    private static func open() throws(Errno) -> FileDescriptor {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return FileDescriptor(owning: try syscall { socket(AF_UNIX, type, 0) })
    }

    /// The longest message that the send buffer takes, in octets.
    package func maximumMessageSize() throws(Errno) -> Int {
        var size: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        let rawValue = fileDescriptor.rawValue
        try syscall { getsockopt(rawValue, SOL_SOCKET, SO_SNDBUF, &size, &length) }
        // unix_dgram_sendmsg keeps 32 octets of it.
        return Int(size) - 32
    }

    /// Sends one message to where the socket is connected.
    ///
    /// - Returns: false where the other end has too much unread, and the message was not sent.
    /// - Throws: ECONNREFUSED and ENOTCONN where the other end is closed.
    package func send(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Bool {
        let rawValue = fileDescriptor.rawValue
        let sent = try nonBlockingSyscall {
            Glibc.send(rawValue, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
        }
        return sent != nil
    }

    /// Receives the next message into `buffer`; nil where there is none now.
    ///
    /// - Throws: EMSGSIZE for a message that is too long. It is lost.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Received? {
        while true {
            var user: UInt32 = 0
            let result = clinux_unix_receive(
                fileDescriptor.rawValue, buffer.baseAddress, buffer.count, &user)
            if result >= 0 {
                return Received(count: result, userID: user == CLINUX_NO_USER ? nil : user)
            }
            switch Errno(rawValue: Int32(-result)) {
            case .wouldBlock: return nil
            case .interrupted: continue
            case let error: throw error
            }
        }
    }
}
