internal import COpenSSL

/// Certificates whose owners' signatures on others are trusted.
struct Authorities: ~Copyable {
    private let chain: CertificateChain

    /// - Parameter octets: in PEM or DER.
    init(_ octets: [UInt8]) throws(TLSError) {
        do {
            chain = try CertificateChain(octets)
        } catch {
            throw TLSError(
                .unreadableAuthorities, "read the authorities' certificates", error.reason,
                advice: error.advice)
        }
    }

    func trust(on context: OpaquePointer) throws(TLSError) {
        let store = SSL_CTX_get_cert_store(context)
        try forEach { X509_STORE_add_cert(store, $0) == 1 }
    }

    /// Names them to clients, which choose a certificate by that.
    func name(on context: OpaquePointer) throws(TLSError) {
        try forEach { SSL_CTX_add_client_CA(context, $0) == 1 }
    }

    private func forEach(_ body: (OpaquePointer) -> Bool) throws(TLSError) {
        guard body(chain.leaf), chain.issuers.allSatisfy(body) else {
            throw TLSError(
                .unreadableAuthorities, "trust the authorities' certificates", OpenSSLErrorQueue.drain())
        }
    }
}
