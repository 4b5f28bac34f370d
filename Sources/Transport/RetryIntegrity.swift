internal import CQUICShims
private import TLS

/// What protects a Retry packet against accidents: AEAD_AES_128_GCM with a key that all know (RFC 9001 §5.8).
enum RetryIntegrity {
    private static let octets: [UInt8] = [
        0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e,
    ]

    static var aead: ngtcp2_crypto_aead {
        var aead = ngtcp2_crypto_aead()
        aead.max_overhead = CipherSuite.tagLength
        return aead
    }

    /// The caller gives the `PacketKey` in it back.
    static func makeKey() -> ngtcp2_crypto_aead_ctx {
        let key = octets.withUnsafeBytes { PacketKey(.sealing, suite: .aes128GCMSHA256, key: $0) }
        return ngtcp2_crypto_aead_ctx(native_handle: Unmanaged.passRetained(key).toOpaque())
    }
}
