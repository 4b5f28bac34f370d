/// The secrets of Initial packets, which anyone can derive from the client's first Destination
/// Connection ID (RFC 9001 §5.2). QUIC version 1.
package enum InitialSecrets {
    private static let salt: InlineArray<20, UInt8> = [
        0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
        0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
    ]

    package static func derive(
        destinationConnectionID: UnsafeRawBufferPointer
    ) -> (client: TrafficSecret, server: TrafficSecret) {
        let suite = CipherSuite.aes128GCMSHA256
        let salt = salt
        let initial = TrafficSecret(suite: suite) { output in
            salt.span.withUnsafeBytes {
                HKDF.extract(suite, salt: $0, secret: destinationConnectionID, into: output)
            }
        }
        return (
            client: TrafficSecret(suite: suite) { initial.derive("client in", into: $0) },
            server: TrafficSecret(suite: suite) { initial.derive("server in", into: $0) }
        )
    }
}
