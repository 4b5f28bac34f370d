package import CLinux
private import Glibc

/// An IPv4 or IPv6 address and port.
package struct SocketAddress: Sendable {
    package internal(set) var storage: clinux_address

    package init(_ storage: clinux_address) {
        self.storage = storage
    }

    package enum Family: Sendable {
        case ipv4
        case ipv6
    }

    package var family: Family {
        storage.any.sa_family == sa_family_t(AF_INET6) ? .ipv6 : .ipv4
    }

    /// The UDP port, in host byte order.
    package var port: UInt16 {
        get { UInt16(bigEndian: family == .ipv6 ? storage.ipv6.sin6_port : storage.ipv4.sin_port) }
        set {
            if family == .ipv6 {
                storage.ipv6.sin6_port = newValue.bigEndian
            } else {
                storage.ipv4.sin_port = newValue.bigEndian
            }
        }
    }

    /// Whether this is the any-address, 0.0.0.0 or `::`.
    package var isWildcard: Bool {
        switch family {
        case .ipv4: storage.ipv4.sin_addr.s_addr == 0
        case .ipv6: withUnsafeBytes(of: storage.ipv6.sin6_addr) { $0.allSatisfy { $0 == 0 } }
        }
    }

    /// Calls `body` with the address as the kernel takes it.
    package func withSockaddr<Result: ~Copyable>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        // Of the whole union: Swift copies a member out, and `any` is shorter than an IPv6 address.
        withUnsafeBytes(of: storage) {
            body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), storage.length)
        }
    }

    /// Reads an address that a system call writes.
    package init(reading call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32)
        throws(Errno)
    {
        var storage = clinux_address()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        try syscall {
            withUnsafeMutableBytes(of: &storage) {
                call($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
            }
        }
        storage.length = length
        self.storage = storage
    }
}

extension SocketAddress {
    /// Parses `127.0.0.1:4433` or `[::1]:4433`; nil where the text is neither.
    package init?(_ text: String) {
        // C ends a text at its first NUL.
        guard !text.utf8.contains(0), let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        // An integer's text may have a sign.
        guard digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        var storage = clinux_address()
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            storage.ipv6.sin6_family = sa_family_t(AF_INET6)
            storage.ipv6.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, String(host), &storage.ipv6.sin6_addr) == 1 else { return nil }
            storage.length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        } else {
            storage.ipv4.sin_family = sa_family_t(AF_INET)
            storage.ipv4.sin_port = port.bigEndian
            guard inet_pton(AF_INET, String(host), &storage.ipv4.sin_addr) == 1 else { return nil }
            storage.length = socklen_t(MemoryLayout<sockaddr_in>.size)
        }
        self.init(storage)
    }
}

extension SocketAddress: Hashable {
    package static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        guard left.family == right.family, left.port == right.port else { return false }
        switch left.family {
        case .ipv4:
            return left.storage.ipv4.sin_addr.s_addr == right.storage.ipv4.sin_addr.s_addr
        case .ipv6:
            return left.withAddressBytes { leftBytes in
                right.withAddressBytes { leftBytes.elementsEqual($0) }
            } && left.storage.ipv6.sin6_scope_id == right.storage.ipv6.sin6_scope_id
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(port)
        withAddressBytes { hasher.combine(bytes: $0) }
    }

    /// Calls `body` with the 4 or 16 octets of the address, in network order.
    package func withAddressBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch family {
        case .ipv4: withUnsafeBytes(of: storage.ipv4.sin_addr, body)
        case .ipv6: withUnsafeBytes(of: storage.ipv6.sin6_addr, body)
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:4433` or `[::1]:4433`.
    package var description: String {
        family == .ipv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// `127.0.0.1` or `::1`.
    package var host: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            withAddressBytes { bytes in
                let family = family == .ipv6 ? AF_INET6 : AF_INET
                _ = inet_ntop(family, bytes.baseAddress!, text.baseAddress!, socklen_t(text.count))
            }
            return String(cString: text.baseAddress!)
        }
    }
}
