private import CLinux
private import Glibc

/// A UDP address that this process took for itself, and then lets its own sockets share.
///
/// The kernel compares SO_REUSEPORT of both sockets at the second one's bind. So a socket bound without the
/// option proves that nobody else has the address, a foreign reuseport group included; and with the option
/// set afterwards, sockets of the same user can join it, with no moment in which the address is free.
package struct ReservedPort: ~Copyable {
    private let fileDescriptor: FileDescriptor
    /// The address, its port chosen by the kernel where it was 0.
    package let address: SocketAddress

    /// Takes the address, for IPv6 without the IPv4 addresses that map to it.
    ///
    /// - Throws: EADDRINUSE where anything else is bound to it.
    package init(_ address: SocketAddress) throws(Errno) {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = FileDescriptor(owning: try syscall { Glibc.socket(family, type, 0) })
        let rawValue = socket.rawValue
        if address.family == .ipv6 {
            try socket.set(Int32(IPPROTO_IPV6), Int32(IPV6_V6ONLY), to: 1)
        }
        try syscall { address.withSockaddr { bind(rawValue, $0, $1) } }
        self.address = try socket.boundAddress()
        fileDescriptor = socket
    }

    /// Lets sockets with SO_REUSEPORT bind the address from now on.
    ///
    /// This socket is a member of their group until the value ends, and packets that reach it are lost.
    package func allowSharing() throws(Errno) {
        try fileDescriptor.set(SOL_SOCKET, SO_REUSEPORT, to: 1)
    }
}
