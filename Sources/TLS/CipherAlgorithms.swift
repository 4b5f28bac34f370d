internal import COpenSSL

/// The ciphers of libcrypto, fetched once for the process and never freed.
///
/// `EVP_aes_128_gcm()` and the like are looked up by name, under a lock, each time a context is
/// initialised with them; a fetched cipher is not.
///
/// Sendable because a fetched `EVP_CIPHER` is immutable and its pointers are never replaced.
struct CipherAlgorithms: @unchecked Sendable {
    private let aes128GCM: OpaquePointer
    private let aes256GCM: OpaquePointer
    private let chacha20Poly1305: OpaquePointer
    private let aes128ECB: OpaquePointer
    private let aes256ECB: OpaquePointer
    private let chacha20: OpaquePointer
    /// AES-256-CBC, which session tickets are encrypted with.
    let ticket: OpaquePointer

    private static let fetched: Result<CipherAlgorithms, TLSError> = Result { () throws(TLSError) in
        try CipherAlgorithms()
    }

    /// Throws if this libcrypto has not every cipher, as under a FIPS-only configuration.
    static func load() throws(TLSError) {
        _ = try fetched.get()
    }

    /// The ciphers. Traps if they are missing: `ServerContext` refuses to start then.
    static var shared: CipherAlgorithms {
        switch fetched {
        case .success(let algorithms): algorithms
        case .failure(let error): preconditionFailure(error.description)
        }
    }

    private init() throws(TLSError) {
        aes128GCM = try Self.fetch("AES-128-GCM")
        aes256GCM = try Self.fetch("AES-256-GCM")
        chacha20Poly1305 = try Self.fetch("ChaCha20-Poly1305")
        aes128ECB = try Self.fetch("AES-128-ECB")
        aes256ECB = try Self.fetch("AES-256-ECB")
        chacha20 = try Self.fetch("ChaCha20")
        ticket = try Self.fetch("AES-256-CBC")
    }

    private static func fetch(_ name: String) throws(TLSError) -> OpaquePointer {
        guard let cipher = EVP_CIPHER_fetch(nil, name, nil) else {
            throw TLSError(
                .missingAlgorithm, "fetch cipher \(name)", OpenSSLErrorQueue.drain(),
                advice: "needs OpenSSL's default provider: check openssl.cnf")
        }
        return cipher
    }

    func aead(for suite: CipherSuite) -> OpaquePointer {
        switch suite {
        case .aes128GCMSHA256: aes128GCM
        case .aes256GCMSHA384: aes256GCM
        case .chacha20Poly1305SHA256: chacha20Poly1305
        }
    }

    func headerProtection(for suite: CipherSuite) -> OpaquePointer {
        switch suite {
        case .aes128GCMSHA256: aes128ECB
        case .aes256GCMSHA384: aes256ECB
        case .chacha20Poly1305SHA256: chacha20
        }
    }
}
