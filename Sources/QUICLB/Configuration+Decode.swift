/// What a connection ID says.
public struct DecodedConnectionID: Hashable, Sendable {
    /// 1 to 15 octets.
    public let serverID: [UInt8]
    public let nonce: Nonce
}

/// Why a connection ID says nothing under a configuration.
public enum UndecodableConnectionID: Error, Hashable, Sendable {
    /// It has no octets.
    case empty
    /// Its codepoint is the one that no configuration has.
    case unroutable
    /// It was made by another configuration.
    case otherConfiguration(ConfigurationID)
    /// It ends within the nonce or before it.
    case tooShort(count: Int, needed: Int)
    /// Its first octet should encode its length, and does not.
    case lengthMismatch(encoded: Int, count: Int)
}

extension Configuration {
    /// The server ID and nonce of a connection ID, or why it has none. Octets after the nonce are the
    /// server's own.
    public func decode(_ id: ConnectionID) -> Result<DecodedConnectionID, UndecodableConnectionID> {
        guard id.count > 0 else { return .failure(.empty) }
        let first = UInt8(truncatingIfNeeded: id.words.word0 >> 56)
        guard let codepoint = ConfigurationID(rawValue: first >> 5) else { return .failure(.unroutable) }
        guard codepoint == self.id else { return .failure(.otherConfiguration(codepoint)) }
        guard id.count >= connectionIDLength else {
            return .failure(.tooShort(count: id.count, needed: connectionIDLength))
        }
        if firstOctet == .encodesLength, Int(first & 0x1f) + 1 != id.count {
            return .failure(.lengthMismatch(encoded: Int(first & 0x1f) + 1, count: id.count))
        }
        let serverID = id.words.shiftedLeft(octets: 1).withUnsafeBytes(count: serverIDLength, Array.init)
        let nonce = id.words.shiftedLeft(octets: 1 + serverIDLength).prefix(nonceLength)
        return .success(
            DecodedConnectionID(serverID: serverID, nonce: Nonce(words: nonce, count: nonceLength)))
    }
}
