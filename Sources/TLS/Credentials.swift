internal import COpenSSL
internal import CQUICShims

/// A certificate chain and its private key, read from PEM text.
struct Credentials: ~Copyable {
    private let chain: CertificateChain
    private let key: OpaquePointer

    init(chainPEM: [UInt8], privateKeyPEM: [UInt8]) throws(TLSError) {
        let chain = try CertificateChain(pem: chainPEM)
        let key = try Self.readPrivateKey(privateKeyPEM)
        guard X509_check_private_key(chain.leaf, key) == 1 else {
            EVP_PKEY_free(key)
            throw TLSError(
                .keyMismatch, "use the private key with the certificate", OpenSSLErrorQueue.drain(),
                advice: "give the key that the first certificate of the chain was made for")
        }
        self.chain = chain
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    func install(on context: OpaquePointer) throws(TLSError) {
        guard
            SSL_CTX_use_certificate(context, chain.leaf) == 1,
            SSL_CTX_use_PrivateKey(context, key) == 1,
            chain.issuers.allSatisfy({ issuer in
                X509_up_ref(issuer)
                if cquic_ssl_ctx_add_chain_certificate(context, issuer) == 1 { return true }
                X509_free(issuer)
                return false
            })
        else {
            throw TLSError(
                .unusableCertificate, "use the certificate", OpenSSLErrorQueue.drain(),
                advice: "TLS 1.3 takes ECDSA, Ed25519 and RSA keys of 2,048 bits or more")
        }
    }

    private static func readPrivateKey(_ pem: [UInt8]) throws(TLSError) -> OpaquePointer {
        var isEncrypted = false
        let key = withUnsafeMutablePointer(to: &isEncrypted) { isEncrypted in
            withMemoryBIO(reading: pem) { bio in
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
            advice: "give an unencrypted key in PEM, beginning with -----BEGIN PRIVATE KEY-----")
    }
}
