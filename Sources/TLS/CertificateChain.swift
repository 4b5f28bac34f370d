internal import COpenSSL

/// Certificates read from PEM text, the host's own first.
struct CertificateChain: ~Copyable {
    let leaf: OpaquePointer
    let issuers: [OpaquePointer]

    init(pem: [UInt8]) throws(TLSError) {
        let certificates: [OpaquePointer]? = withMemoryBIO(reading: pem) { bio in
            var certificates: [OpaquePointer] = []
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
                certificates.append(certificate)
            }
            // The end of the text is reported as one more error; any other is a damaged block.
            let isAtEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
            if isAtEnd, !certificates.isEmpty {
                ERR_clear_error()
                return certificates
            }
            certificates.forEach(X509_free)
            return nil
        }
        guard let certificates else {
            throw TLSError(
                .unreadableCertificate, "read the certificate chain", OpenSSLErrorQueue.drain(),
                advice: "give certificates in PEM, beginning with -----BEGIN CERTIFICATE-----")
        }
        leaf = certificates[0]
        issuers = Array(certificates[1...])
    }

    deinit {
        X509_free(leaf)
        issuers.forEach(X509_free)
    }
}
