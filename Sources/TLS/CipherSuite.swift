/// A TLS 1.3 cipher suite offered for QUIC.
///
/// AES-128-CCM is left out: its confidentiality and integrity limits are far lower, and no client
/// offers it alone. AES-128-CCM-8 must not be used with QUIC (RFC 9001 §5.3).
package enum CipherSuite: Sendable {
    case aes128GCMSHA256
    case aes256GCMSHA384
    case chacha20Poly1305SHA256

    /// Octets of a nonce. The same for every suite (RFC 9001 §5.3).
    package static let ivLength = 12

    /// Octets of an authentication tag. The same for every suite (RFC 9001 §5.3).
    package static let tagLength = 16

    /// Octets of a digest of the suite's hash, and so of every traffic secret.
    package var hashLength: Int {
        switch self {
        case .aes128GCMSHA256, .chacha20Poly1305SHA256: 32
        case .aes256GCMSHA384: 48
        }
    }

    /// Octets of an AEAD key, and of a header protection key.
    package var keyLength: Int {
        switch self {
        case .aes128GCMSHA256: 16
        case .aes256GCMSHA384, .chacha20Poly1305SHA256: 32
        }
    }

    /// Packets that one key may protect (RFC 9001 §6.6). ChaCha20-Poly1305 has no limit below the
    /// number of packets a connection can send, which is 2^62.
    package var confidentialityLimit: UInt64 {
        switch self {
        case .aes128GCMSHA256, .aes256GCMSHA384: 1 << 23
        case .chacha20Poly1305SHA256: 1 << 62
        }
    }

    /// Packets that may fail authentication before the connection has to end (RFC 9001 §6.6).
    package var integrityLimit: UInt64 {
        switch self {
        case .aes128GCMSHA256, .aes256GCMSHA384: 1 << 52
        case .chacha20Poly1305SHA256: 1 << 36
        }
    }
}

extension CipherSuite {
    /// The suites in the order of preference, as OpenSSL names them.
    static let opensslNames =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

    /// The suite with an IANA number (RFC 8446 §B.4).
    init?(protocolID: UInt16) {
        switch protocolID {
        case 0x1301: self = .aes128GCMSHA256
        case 0x1302: self = .aes256GCMSHA384
        case 0x1303: self = .chacha20Poly1305SHA256
        default: return nil
        }
    }
}
