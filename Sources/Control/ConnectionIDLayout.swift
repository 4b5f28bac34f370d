package import QUICLB

/// The lengths of the parts of the pool's connection IDs.
package struct ConnectionIDLayout {
    private static let awsHostIDLength = 8
    private static let awsLength = 16
    /// One block of AES after the first octet.
    private static let singlePassLength = 17

    package let host: HostID
    package let nonceLength: Int
    package let isKeyed: Bool

    /// - Throws: where a host ID of this length does not go with the preset, or both not with the length.
    package init(_ options: ConnectionIDOptions, host: HostID) throws(StartupFailure) {
        let hostIDLength = host.octets.count
        // First octet, host ID and slot octet.
        let fixed = 2 + hostIDLength
        let shortest = fixed + Nonce.lengths.lowerBound
        let usual: Int
        switch options.preset {
        case .keyed, .plaintext: usual = max(Self.singlePassLength, shortest)
        case .awsNLB:
            guard hostIDLength == Self.awsHostIDLength else {
                throw StartupFailure(
                    .usage, "--connection-ids aws-nlb", why: "the host ID has \(hostIDLength) octets",
                    remedy: "give a --host-id of 8 octets, the load balancer's QuicServerId")
            }
            usual = Self.awsLength
        }
        let length = options.length ?? usual
        // A pool without nonces left takes 8 octets at least, and so do load balancers that know no configuration.
        let lengths = max(shortest, 8)...ConnectionID.maximumLength
        guard lengths.contains(length) else {
            throw StartupFailure(
                .usage, "--connection-id-length \(length)",
                why: "the host ID, the slot and a nonce of 4 octets need \(lengths.lowerBound)",
                remedy: "give \(lengths.lowerBound) to \(lengths.upperBound)")
        }
        guard length - fixed <= Nonce.lengths.upperBound else {
            preconditionFailure("a host ID has an octet at least")
        }
        if options.preset != .keyed, options.key != nil {
            throw StartupFailure(
                .usage, "--connection-id-key", why: "--connection-ids \(options.preset.rawValue) has no key",
                remedy: "give --connection-ids keyed, or no key")
        }
        self.host = host
        nonceLength = length - fixed
        isKeyed = options.preset == .keyed
    }

    /// The configuration with a codepoint and, where the layout is keyed, a key.
    package func configuration(id: ConfigurationID, key: Configuration.Key?) -> Configuration {
        precondition((key != nil) == isKeyed, "a key, or none, as the layout says")
        do {
            return try Configuration(
                id: id, key: key, serverIDLength: host.octets.count + 1, nonceLength: nonceLength)
        } catch {
            preconditionFailure("a layout has legal lengths: \(error)")
        }
    }

    /// The codec of the IDs that a worker without nonces makes.
    package var unroutableCodec: PoolCodec { PoolCodec(unroutableOf: 2 + host.octets.count + nonceLength) }

    /// The codec of a configuration of this layout.
    package func codec(_ configuration: Configuration) -> PoolCodec {
        do {
            return try PoolCodec(configuration: configuration, host: host)
        } catch {
            preconditionFailure("a layout has legal lengths: \(error)")
        }
    }
}
