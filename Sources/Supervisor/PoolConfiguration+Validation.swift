package import Control
private import Linux

extension PoolConfiguration {
    /// Throws where no pool can be of this configuration, whatever the host.
    func validate() throws(StartupFailure) {
        guard Self.workerCounts.contains(workerCount) else {
            throw StartupFailure(
                .usage, "--workers \(workerCount)", why: "a pool has 1 to 256 workers",
                remedy: "give a number in that range, or auto")
        }
        guard addresses.count > preferredCount, Self.addressCounts.contains(addresses.count) else {
            throw StartupFailure(
                .usage, "--listen", why: "\(addresses.count - preferredCount) addresses",
                remedy: "give 1 to \(Self.addressCounts.upperBound - preferredCount)")
        }
        for (index, address) in addresses.enumerated() {
            let what = "\(option(ofAddressAt: index)) \(address)"
            try Self.validate(address, what)
            if let other = addresses[..<index].firstIndex(where: address.overlaps) {
                throw StartupFailure(
                    .usage, "\(option(ofAddressAt: other)) \(addresses[other]) and \(what)",
                    why: address == addresses[other] ? "they are the same" : "one is part of the other",
                    remedy: "drop one of them")
            }
        }
        try validatePreferredAddresses()
        try Self.validate(applicationProtocols: service.tls.applicationProtocols)
        try service.options.check()
        try OptionRange("--worker-timeout", .seconds(2)...(.seconds(3600))).check(workerTimeout)
        guard stopCode < 1 << 62 else {
            throw StartupFailure(
                .usage, "--stop-code \(stopCode)", why: "it is out of range",
                remedy: "give 0 to \((1 as UInt64) << 62 - 1)")
        }
        guard stopReason.utf8.count <= 256 else {
            throw StartupFailure(
                .usage, "--stop-reason", why: "it has \(stopReason.utf8.count) octets",
                remedy: "give 256 at most")
        }
        if let resetSecret, resetSecret.count != PoolSecrets.resetSecretLength {
            throw StartupFailure(
                .usage, "--reset-secret-file", why: "the secret has \(resetSecret.count) octets",
                remedy: "give \(PoolSecrets.resetSecretLength)")
        }
    }

    /// The option that gave the address.
    func option(ofAddressAt index: Int) -> String {
        index < addresses.count - preferredCount ? "--listen" : "--preferred-address"
    }

    /// Throws where no pool can accept these ALPN names.
    package static func validate(applicationProtocols names: [String]) throws(StartupFailure) {
        guard applicationProtocolCounts.contains(names.count) else {
            throw StartupFailure(
                .usage, "--alpn", why: "\(names.count) protocols",
                remedy: "give 1 to \(applicationProtocolCounts.upperBound), such as echo")
        }
        let lengths = 1...TLSOptions.maximumApplicationProtocolLength
        for name in names where !lengths.contains(name.utf8.count) {
            throw StartupFailure(
                .usage, "--alpn", why: "a protocol's name has \(name.utf8.count) octets",
                remedy: "give 1 to \(lengths.upperBound)")
        }
    }

    private func validatePreferredAddresses() throws(StartupFailure) {
        let preferred = addresses.suffix(preferredCount)
        for (index, address) in zip(preferred.indices, preferred) {
            let what = "\(option(ofAddressAt: index)) \(address)"
            if address.isWildcard {
                throw StartupFailure(
                    .usage, what, why: "clients could not send there", remedy: "give an address of the host")
            }
            if preferred[..<index].contains(where: { $0.family == address.family }) {
                throw StartupFailure(
                    .usage, what, why: "there is another of its family",
                    remedy: "give one IPv4 and one IPv6 address at most")
            }
        }
    }

    private static func validate(_ address: SocketAddress, _ what: String) throws(StartupFailure) {
        if address.isIPv4Mapped {
            throw StartupFailure(
                .configuration, what, why: "an IPv6 socket of the pool takes no IPv4 packets",
                remedy: "give the IPv4 address")
        }
        if address.isLinkLocalIPv6 {
            throw StartupFailure(
                .configuration, what, why: "a link-local address is of one interface, which cannot be given",
                remedy: "give another address of the host")
        }
    }
}

extension SocketAddress {
    /// Whether a packet can be for both, so that one socket cannot have the one and another the other.
    fileprivate func overlaps(_ other: SocketAddress) -> Bool {
        guard family == other.family, port == other.port, port != 0 else { return false }
        return self == other || isWildcard || other.isWildcard
    }

    /// ::ffff:0:0/96
    fileprivate var isIPv4Mapped: Bool {
        family == .ipv6
            && withAddressBytes { $0.starts(with: [UInt8](repeating: 0, count: 10) + [0xff, 0xff]) }
    }

    /// fe80::/10
    fileprivate var isLinkLocalIPv6: Bool {
        family == .ipv6 && withAddressBytes { $0[0] == 0xfe && $0[1] & 0xc0 == 0x80 }
    }
}
