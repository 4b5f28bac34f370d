internal import COpenSSL
internal import CQUICShims

/// A certificate chain and its private key, as OpenSSL takes them. Handshakes share them.
final class Credentials {
    private let leaf: OpaquePointer
    private let key: OpaquePointer
    /// STACK_OF(X509)
    private let issuers: OpaquePointer

    init(_ source: CredentialsSource) throws(TLSError) {
        let chain = try CertificateChain(source.chain)
        let key = try Self.readPrivateKey(source.privateKey)
        guard X509_check_private_key(chain.leaf, key) == 1 else {
            EVP_PKEY_free(key)
            throw TLSError(
                .keyMismatch, "use the private key with the certificate", OpenSSLErrorQueue.drain(),
                advice: "give the key that the first certificate of the chain was made for")
        }
        X509_up_ref(chain.leaf)
        leaf = chain.leaf
        self.key = key
        issuers = cquic_x509_stack_new()
        for issuer in chain.issuers { cquic_x509_stack_push(issuers, issuer) }
    }

    deinit {
        X509_free(leaf)
        EVP_PKEY_free(key)
        cquic_x509_stack_free(issuers)
    }

    /// Whether the certificate is for the host of this name (RFC 6125 §6.4).
    func covers(_ name: String) -> Bool {
        X509_check_host(leaf, name, name.utf8.count, 0, nil) == 1
    }

    /// Uses them in all handshakes of a context. OpenSSL keeps references of its own.
    func install(on context: OpaquePointer) throws(TLSError) {
        guard cquic_ssl_ctx_use(context, leaf, key, issuers) == 1 else { throw Self.unusable() }
    }

    /// Uses them in one handshake.
    func install(onHandshake ssl: OpaquePointer) -> Bool {
        cquic_ssl_use(ssl, leaf, key, issuers) == 1
    }

    private static func unusable() -> TLSError {
        TLSError(
            .unusableCertificate, "use the certificate", OpenSSLErrorQueue.drain(),
            advice: "TLS 1.3 takes ECDSA, Ed25519 and RSA keys of 2,048 bits or more")
    }

    private static func readPrivateKey(_ octets: [UInt8]) throws(TLSError) -> OpaquePointer {
        if octets.isDER { return try readPrivateKey(der: octets) }
        var isEncrypted = false
        let key = withUnsafeMutablePointer(to: &isEncrypted) { isEncrypted in
            withMemoryBIO(reading: octets) { bio in
                // Without a callback OpenSSL would ask the terminal for the passphrase.
                PEM_read_bio_PrivateKey(
                    bio, nil,
                    { _, _, _, isEncrypted in
                        isEncrypted?.assumingMemoryBound(to: Bool.self).pointee = true
                        return -1
                    }, isEncrypted)
            }
        }
        if let key { return key }
        let reason = OpenSSLErrorQueue.drain()
        let operation = "read the private key"
        if isEncrypted {
            throw TLSError(
                .unreadablePrivateKey, operation, "it is encrypted", advice: "give a key without a passphrase"
            )
        }
        throw TLSError(
            .unreadablePrivateKey, operation, reason,
            advice: "give an unencrypted key in PEM, beginning with -----BEGIN PRIVATE KEY-----, or in DER")
    }

    private static func readPrivateKey(der: [UInt8]) throws(TLSError) -> OpaquePointer {
        let key = der.withUnsafeBufferPointer { octets in
            ERR_clear_error()
            var position = octets.baseAddress
            return d2i_AutoPrivateKey(nil, &position, octets.count)
        }
        if let key { return key }
        throw TLSError(
            .unreadablePrivateKey, "read the private key", OpenSSLErrorQueue.drain(),
            advice: "give an unencrypted key in PEM, or in DER")
    }
}
