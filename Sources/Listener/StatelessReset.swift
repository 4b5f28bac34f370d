package import QUICLB
private import TLS

/// Stateless resets (RFC 9000 §10.3): what tells a peer that its connection is gone, from a worker that knows
/// nothing of it but the connection ID.
package struct StatelessReset: Sendable {
    /// RFC 9000 §10.3: 21 octets at least, or it could not be a packet.
    package static let minimumLength = 21
    /// What hides among short packets. Longer would be no better.
    package static let maximumLength = 43
    package static let tokenLength = 16

    private let secret: [UInt8]

    /// - Parameter secret: the pool's, so that every worker makes the same tokens.
    package init(secret: [UInt8]) {
        self.secret = secret
    }

    /// Writes the token of `id`, a function of the secret and the ID (RFC 9000 §10.3.2), to 16 octets.
    package func writeToken(of id: ConnectionID, to token: UnsafeMutableRawBufferPointer) {
        withUnsafeTemporaryAllocation(byteCount: CipherSuite.aes128GCMSHA256.hashLength, alignment: 8) {
            hash in
            id.withUnsafeBytes { octets in
                secret.withUnsafeBytes { secret in
                    HKDF.extract(.aes128GCMSHA256, salt: secret, secret: octets, into: hash)
                }
            }
            token.copyMemory(from: UnsafeRawBufferPointer(rebasing: hash[..<Self.tokenLength]))
        }
    }

    /// How long an answer to a packet of `trigger` octets is; nil where none may be sent. It is shorter than the
    /// packet, so that two servers cannot reset each other for ever (RFC 9000 §10.3.3).
    package static func length(forTrigger trigger: Int) -> Int? {
        trigger > minimumLength ? min(trigger - 1, maximumLength) : nil
    }
}
