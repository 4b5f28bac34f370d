/// The fixed key of the Retry Integrity Tag (RFC 9001 §5.8). QUIC version 1. The nonce is the
/// caller's: ngtcp2 passes it with the pseudo-packet.
package enum RetryIntegrity {
    private static let key: InlineArray<16, UInt8> = [
        0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e,
    ]

    package static func makeKey() -> PacketKey {
        let key = key
        return key.span.withUnsafeBytes { PacketKey(.sealing, suite: .aes128GCMSHA256, key: $0) }
    }
}
