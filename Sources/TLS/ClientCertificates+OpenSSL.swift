internal import COpenSSL

extension ClientCertificates {
    func install(on context: OpaquePointer) throws(TLSError) {
        switch self {
        case .off: return
        case .optional(let authorities):
            try Self.trust(authorities, context)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        case .required(let authorities):
            try Self.trust(authorities, context)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
    }

    private static func trust(_ authorities: [UInt8], _ context: OpaquePointer) throws(TLSError) {
        let chain: CertificateChain
        do {
            chain = try CertificateChain(authorities)
        } catch {
            throw TLSError(
                .unreadableAuthorities, "read the authorities of client certificates", error.reason,
                advice: error.advice)
        }
        let store = SSL_CTX_get_cert_store(context)
        let isTrusted = ([chain.leaf] + chain.issuers).allSatisfy { authority in
            // The names are what clients choose a certificate by.
            X509_STORE_add_cert(store, authority) == 1 && SSL_CTX_add_client_CA(context, authority) == 1
        }
        guard isTrusted else {
            throw TLSError(
                .unreadableAuthorities, "trust the authorities of client certificates",
                OpenSSLErrorQueue.drain())
        }
    }
}
