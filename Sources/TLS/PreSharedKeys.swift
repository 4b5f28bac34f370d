internal import COpenSSL

/// External pre-shared keys (RFC 8446 §4.2.11).
struct PreSharedKeys {
    static let keyLengths = 16...64
    static let identityLengths = 1...128

    private let table: [[UInt8]: [UInt8]]
    private let lookUp: (@Sendable ([UInt8]) -> [UInt8]?)?

    init(
        _ table: [[UInt8]: [UInt8]], lookUp: (@Sendable ([UInt8]) -> [UInt8]?)?
    ) throws(TLSError) {
        for (identity, key) in table {
            guard Self.identityLengths.contains(identity.count), Self.keyLengths.contains(key.count) else {
                throw TLSError(
                    .invalidPreSharedKey,
                    "set the pre-shared key of \(String(decoding: identity, as: UTF8.self))",
                    "identity and key have \(identity.count) and \(key.count) octets",
                    advice: "an identity has 1 to 128 octets, a key 16 to 64")
            }
        }
        self.table = table
        self.lookUp = lookUp
    }

    var isEmpty: Bool { table.isEmpty && lookUp == nil }

    /// A session with the key, which OpenSSL takes over; nil where there is no such identity.
    func session(for identity: UnsafeBufferPointer<UInt8>, ssl: OpaquePointer) -> OpaquePointer? {
        guard Self.identityLengths.contains(identity.count) else { return nil }
        let identity = Array(identity)
        guard let key = table[identity] ?? lookUp?(identity), Self.keyLengths.contains(key.count) else {
            return nil
        }
        // TLS_AES_128_GCM_SHA256, by its number.
        let number: [UInt8] = [0x13, 0x01]
        guard let cipher = SSL_CIPHER_find(ssl, number), let session = SSL_SESSION_new() else { return nil }
        guard
            SSL_SESSION_set1_master_key(session, key, key.count) == 1,
            SSL_SESSION_set_cipher(session, cipher) == 1,
            SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1
        else {
            SSL_SESSION_free(session)
            return nil
        }
        return session
    }
}
