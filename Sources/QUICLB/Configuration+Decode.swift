/// What a connection ID says.
public struct DecodedConnectionID: Hashable, Sendable {
    /// The configuration that made it.
    public let configuration: ConfigurationID
    public let serverID: ServerID
    public let nonce: Nonce
}

/// Why a connection ID says nothing.
public enum UndecodableConnectionID: Error, Hashable, Sendable {
    /// It has no octets.
    case empty
    /// Its codepoint is the one that no configuration has.
    case unroutable
    /// It was made by a configuration that is not known here.
    case otherConfiguration(ConfigurationID)
    /// It ends within the nonce or before it.
    case tooShort(count: Int, needed: Int)
    /// Its first octet should encode its length, and does not.
    case lengthMismatch(encoded: Int, count: Int)
}

extension UndecodableConnectionID: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "it has no octets"
        case .unroutable: "its codepoint is 7, which says that it cannot be routed"
        case .otherConfiguration(let id): "its codepoint is \(id), of another configuration"
        case .tooShort(let count, let needed): "it has \(count) octets, and needs \(needed)"
        case .lengthMismatch(let encoded, let count):
            "its first octet says that it has \(encoded) octets, and it has \(count)"
        }
    }
}

extension Configuration {
    /// The server ID and nonce of a connection ID, or why it has none. Octets after the nonce are the
    /// server's own.
    public func decode(_ id: ConnectionID) -> Result<DecodedConnectionID, UndecodableConnectionID> {
        guard id.count > 0 else { return .failure(.empty) }
        let first = id.firstOctet
        guard let codepoint = ConfigurationID(rawValue: first >> 5) else { return .failure(.unroutable) }
        guard codepoint == self.id else { return .failure(.otherConfiguration(codepoint)) }
        guard id.count >= connectionIDLength else {
            return .failure(.tooShort(count: id.count, needed: connectionIDLength))
        }
        if firstOctet == .encodesLength, Int(first & 0x1f) + 1 != id.count {
            return .failure(.lengthMismatch(encoded: Int(first & 0x1f) + 1, count: id.count))
        }
        let length = serverIDLength + nonceLength
        var text = id.words.shiftedLeft(octets: 1).prefix(length)
        if let cipher { text = cipher.decrypt(text, prefix: length) }
        return .success(
            DecodedConnectionID(
                configuration: codepoint,
                serverID: ServerID(words: text.prefix(serverIDLength), count: serverIDLength),
                nonce: Nonce(words: text.shiftedLeft(octets: serverIDLength), count: nonceLength)))
    }
}
