internal import COpenSSL
internal import CQUICShims

/// A self-signed certificate for this host's loopback names, for trying things out.
///
/// ECDSA on P-256 and valid for less than 14 days, because browsers accept only such a certificate by
/// its hash (W3C WebTransport, `serverCertificateHashes`).
package struct DevelopmentCertificate: Sendable {
    package static let validity = Duration.seconds(13 * 86_400)

    package let certificateChainPEM: [UInt8]
    package let privateKeyPEM: [UInt8]

    package init() throws(TLSError) {
        guard let key = cquic_evp_generate_p256() else { throw Self.failure() }
        defer { EVP_PKEY_free(key) }
        guard let certificate = X509_new() else { throw Self.failure() }
        defer { X509_free(certificate) }
        guard
            Self.describe(certificate, key: key),
            Self.addExtensions(to: certificate),
            X509_sign(certificate, key, EVP_sha256()) > 0,
            let chainPEM = Self.pem({ PEM_write_bio_X509($0, certificate) }),
            let keyPEM = Self.pem({ PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
        else { throw Self.failure() }
        certificateChainPEM = chainPEM
        privateKeyPEM = keyPEM
    }

    private static func failure() -> TLSError {
        TLSError(.library, "make a development certificate", OpenSSLErrorQueue.drain())
    }

    private static func describe(_ certificate: OpaquePointer, key: OpaquePointer) -> Bool {
        var serial: UInt64 = 0
        let hasSerial = withUnsafeMutableBytes(of: &serial) {
            RAND_bytes($0.baseAddress!.assumingMemoryBound(to: UInt8.self), Int32($0.count)) == 1
        }
        let name = X509_get_subject_name(certificate)
        return hasSerial
            && X509_set_version(certificate, Int(X509_VERSION_3)) == 1
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1
            && X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), Int(validity.components.seconds)) != nil
            && X509_NAME_add_entry_by_txt(
                name, "CN", MBSTRING_ASC, "localhost", -1, -1, 0) == 1
            && X509_set_issuer_name(certificate, name) == 1
            && X509_set_pubkey(certificate, key) == 1
    }

    private static func addExtensions(to certificate: OpaquePointer) -> Bool {
        let extensions = [
            (NID_basic_constraints, "critical,CA:FALSE"),
            (NID_key_usage, "critical,digitalSignature"),
            (NID_ext_key_usage, "serverAuth"),
            (NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"),
        ]
        return extensions.allSatisfy { identifier, value in
            guard let made = X509V3_EXT_conf_nid(nil, nil, identifier, value) else { return false }
            defer { X509_EXTENSION_free(made) }
            return X509_add_ext(certificate, made, -1) == 1
        }
    }

    private static func pem(_ write: (OpaquePointer) -> Int32) -> [UInt8]? {
        guard let bio = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { return nil }
        var text: UnsafePointer<CChar>?
        let count = cquic_bio_get_mem_data(bio, &text)
        return Array(UnsafeRawBufferPointer(start: text, count: count))
    }
}

extension CredentialsSource {
    package init(_ certificate: DevelopmentCertificate) {
        self.init(chain: certificate.certificateChainPEM, privateKey: certificate.privateKeyPEM)
    }
}
