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
        }
    }
}
