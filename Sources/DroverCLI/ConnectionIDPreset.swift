import QUICLB

/// The ways in which a pool's connection IDs may look, as an option names them.
enum ConnectionIDPreset: String, CaseIterable {
    /// Encrypted, with server ID and nonce in one block where the host ID leaves room for that.
    case keyed
    /// As long, and readable.
    case plaintext
    /// As AWS's Network Load Balancer reads them: a host ID of 8 octets in plaintext, 16 octets in all.
    case awsNLB = "aws-nlb"

    /// The octets of the nonce, where the option does not say.
    func nonceLength(hostID: HostID) -> Int {
        let blockLength =
            switch self {
            case .keyed, .plaintext: 16
            case .awsNLB: 15
            }
        return max(blockLength - hostID.octets.count - 1, Nonce.lengths.lowerBound)
    }

    /// Why it does not go with the key and the host ID; nil where it does.
    func objection(to key: Configuration.Key?, hostID: HostID) -> String? {
        switch self {
        case .keyed where key == nil: "it has no key: give --key-file"
        case .plaintext where key != nil, .awsNLB where key != nil: "it is plaintext: give no key"
        case .awsNLB where hostID.octets.count != 8:
            "the host ID has \(hostID.octets.count) octets, and must have 8"
        case .keyed, .plaintext, .awsNLB: nil
        }
    }
}
