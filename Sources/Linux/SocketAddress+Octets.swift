private import CLinux
private import Glibc

extension SocketAddress {
    /// The address with these 4 or 16 octets, in network order; nil for any other number.
    ///
    /// - Parameter scopeID: the interface of a link-local IPv6 address, else 0.
    package init?(octets: some Collection<UInt8>, port: UInt16, scopeID: UInt32 = 0) {
        var storage = clinux_address()
        switch octets.count {
        case 4:
            storage.ipv4.sin_family = sa_family_t(AF_INET)
            storage.ipv4.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &storage.ipv4.sin_addr) { $0.copyBytes(from: octets) }
            storage.length = socklen_t(MemoryLayout<sockaddr_in>.size)
        case 16:
            storage.ipv6.sin6_family = sa_family_t(AF_INET6)
            storage.ipv6.sin6_port = port.bigEndian
            storage.ipv6.sin6_scope_id = scopeID
            withUnsafeMutableBytes(of: &storage.ipv6.sin6_addr) { $0.copyBytes(from: octets) }
            storage.length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        default: return nil
        }
        self.init(storage)
    }

    /// The interface of a link-local IPv6 address, else 0.
    package var scopeID: UInt32 { family == .ipv6 ? storage.ipv6.sin6_scope_id : 0 }
}
