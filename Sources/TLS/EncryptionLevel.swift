/// QUIC's packet number spaces that TLS gives keys for.
package enum EncryptionLevel: Sendable {
    case initial
    case handshake
    case application
}
