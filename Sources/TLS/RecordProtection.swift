/// Protects records as the client would, with its handshake traffic secret (RFC 8446 §5.2), so that
/// OpenSSL can take the protection off again.
struct RecordProtection {
    /// Octets of handshake data in one record (RFC 8446 §5.1).
    static let maximumFragment = 1 << 14
    /// Octets that a protected fragment takes: the inner content type and the tag.
    static let expansion = 1 + CipherSuite.tagLength

    private let key: PacketKey
    private var iv = InlineArray<12, UInt8>(repeating: 0)
    private var sequence: UInt64 = 0

    // RFC 8446 §7.3
    init(secret: TrafficSecret) {
        key = secret.makePacketKey(.sealing, label: "key")
        var span = iv.mutableSpan
        span.withUnsafeMutableBytes { secret.derive("iv", into: $0) }
    }

    /// Writes the protected `fragment` to `scratch` and returns it as a record that points there.
    /// Nil if libcrypto fails.
    mutating func protect(
        _ fragment: UnsafeRawBufferPointer, in scratch: UnsafeMutableRawBufferPointer
    ) -> InboundRecord? {
        precondition(fragment.count <= Self.maximumFragment)
        let body = UnsafeMutableRawBufferPointer(rebasing: scratch[..<(fragment.count + Self.expansion)])
        body.copyMemory(from: fragment)
        body[fragment.count] = InboundRecord.ContentType.handshake.rawValue
        let plaintext = UnsafeRawBufferPointer(rebasing: body[...fragment.count])
        let header = InboundRecord.header(.applicationData, bodyCount: body.count)
        let nonce = nextNonce()
        let sealed = header.span.withUnsafeBytes { aad in
            nonce.span.withUnsafeBytes { nonce in
                key.seal(into: body.baseAddress!, plaintext: plaintext, nonce: nonce, aad: aad)
            }
        }
        return sealed ? InboundRecord(.applicationData, body: UnsafeRawBufferPointer(body)) : nil
    }

    /// The IV with the sequence number, big-endian, in its last octets (RFC 8446 §5.3).
    private mutating func nextNonce() -> InlineArray<12, UInt8> {
        var nonce = iv
        for index in 0..<8 {
            nonce[11 - index] ^= UInt8(truncatingIfNeeded: sequence >> (8 * UInt64(index)))
        }
        sequence += 1
        return nonce
    }
}
