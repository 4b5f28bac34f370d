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
}
