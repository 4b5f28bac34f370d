private import Glibc
package import Linux

extension StreamSocket {
    /// Connects to the TCP socket that listens at `address`. It waits, each time for `timeout` at most.
    package init(connecting address: SocketAddress, timeout: Duration) throws(Errno) {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = FileDescriptor(owning: try syscall { socket(family, type, 0) })
        let rawValue = descriptor.rawValue
        try descriptor.setTimeout(timeout)
        try syscall { address.withSockaddr { connect(rawValue, $0, $1) } }
        self.init(adopting: descriptor)
    }
}
