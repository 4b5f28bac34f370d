private import CLinux
private import Glibc

extension FileDescriptor {
    /// Another descriptor for the open file of one that is only borrowed, close-on-exec.
    package init(duplicating rawValue: Int32) throws(Errno) {
        self.init(owning: try syscall { fcntl(rawValue, F_DUPFD_CLOEXEC, 3) })
    }

    /// The address that the socket is bound to.
    ///
    /// - Throws: ENOTSOCK where this is no socket.
    package func boundAddress() throws(Errno) -> SocketAddress {
        try SocketAddress { getsockname(rawValue, $0, $1) }
    }

    /// Whether this is a datagram socket that shares its address with others (SO_REUSEPORT).
    package func isSharedDatagramSocket() throws(Errno) -> Bool {
        let type = try socketOption(SO_TYPE)
        let isShared = try socketOption(SO_REUSEPORT)
        return type == Int32(SOCK_DGRAM.rawValue) && isShared == 1
    }

    private func socketOption(_ name: Int32) throws(Errno) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try syscall { getsockopt(rawValue, SOL_SOCKET, name, &value, &length) }
        return value
    }
}
