package import CLinux
private import Glibc

/// An IPv4 address, or an IPv6 network of 64 bits, which one client may have all addresses of.
package struct ClientNetwork: Hashable, Sendable {
    private let isIPv4: Bool
    private let octets: UInt64

    package init(of address: clinux_address) {
        isIPv4 = address.length == socklen_t(MemoryLayout<sockaddr_in>.size)
        octets =
            isIPv4
            ? UInt64(address.ipv4.sin_addr.s_addr)
            : withUnsafeBytes(of: address.ipv6.sin6_addr) { $0.loadUnaligned(as: UInt64.self) }
    }
}
