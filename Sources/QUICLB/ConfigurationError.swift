/// Why a configuration cannot be.
public enum ConfigurationError: Error, Hashable, Sendable {
    /// The server ID would have this many octets.
    case serverIDLength(Int)
    /// The nonce would have this many octets.
    case nonceLength(Int)
    /// Server ID and nonce are too long together.
    case blockLength(serverID: Int, nonce: Int)
    /// The host ID and the slot octet do not fill the server ID.
    case hostIDLength(Int, serverID: Int)
    /// Two configurations have the same codepoint: no ID could tell which of them made it.
    case duplicateID(ConfigurationID)
    /// A plaintext and a keyed configuration encode the same server IDs: who reads the one's connection IDs learns
    /// the server IDs that the other hides (draft-ietf-quic-load-balancers-21 §3.2).
    case sharedServerIDs(plaintext: ConfigurationID, keyed: ConfigurationID)
}

extension ConfigurationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .serverIDLength(let length):
            "a server ID of \(length) octets; it must have 1 to 15"
        case .nonceLength(let length):
            "a nonce of \(length) octets; it must have 4 to 18"
        case .blockLength(let serverID, let nonce):
            "a server ID of \(serverID) and a nonce of \(nonce) octets; together they must have 19 at most"
        case .hostIDLength(let host, let serverID):
            """
            a host ID of \(host) octets in a server ID of \(serverID); \
            with the slot it must fill the server ID
            """
        case .duplicateID(let id):
            "two configurations with the codepoint \(id); each must have its own"
        case .sharedServerIDs(let plaintext, let keyed):
            """
            configuration \(plaintext) is plaintext and \(keyed) is keyed, with the same server IDs; \
            who reads the one's connection IDs learns what the other hides
            """
        }
    }
}
