internal import COpenSSL
internal import CQUICShims

/// Certificates read from PEM text, or from DER one after the other; the host's own first.
struct CertificateChain: ~Copyable {
    let leaf: OpaquePointer
    let issuers: [OpaquePointer]

    init(_ octets: [UInt8]) throws(TLSError) {
        let certificates = octets.isDER ? Self.readDER(octets) : Self.readPEM(octets)
        guard let certificates else {
            throw TLSError(
                .unreadableCertificate, "read the certificate chain", OpenSSLErrorQueue.drain(),
                advice: "give certificates in PEM, beginning with -----BEGIN CERTIFICATE-----, or in DER")
        }
        leaf = certificates[0]
        issuers = Array(certificates[1...])
    }

    /// Nil where there is none, or a damaged one.
    private static func readPEM(_ text: [UInt8]) -> [OpaquePointer]? {
        withMemoryBIO(reading: text) { bio in
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
    }

    private static func readDER(_ octets: [UInt8]) -> [OpaquePointer]? {
        octets.withUnsafeBufferPointer { octets in
            ERR_clear_error()
            var certificates: [OpaquePointer] = []
            var position = octets.baseAddress
            let end = position! + octets.count
            while let start = position, start < end {
                guard let certificate = d2i_X509(nil, &position, end - start) else {
                    certificates.forEach(X509_free)
                    return nil
                }
                certificates.append(certificate)
            }
            return certificates
        }
    }

    deinit {
        X509_free(leaf)
        issuers.forEach(X509_free)
    }
}

extension [UInt8] {
    /// Whether this is a SEQUENCE in DER, and not text.
    var isDER: Bool { first == 0x30 }
}
