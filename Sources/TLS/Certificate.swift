internal import COpenSSL

/// The SHA-256 digest of the first certificate of a chain in PEM, over its DER: what a browser
/// compares with `serverCertificateHashes`.
package func certificateFingerprint(_ pem: [UInt8]) throws(TLSError) -> [UInt8] {
    let chain = try CertificateChain(pem)
    var digest = [UInt8](repeating: 0, count: 32)
    guard X509_digest(chain.leaf, EVP_sha256(), &digest, nil) == 1 else {
        throw TLSError(.library, "hash the certificate", OpenSSLErrorQueue.drain())
    }
    return digest
}

/// How long from now the first certificate of a chain in PEM stays valid. Negative if it has expired.
package func certificateRemainingValidity(_ pem: [UInt8]) throws(TLSError) -> Duration {
    let chain = try CertificateChain(pem)
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(chain.leaf)) == 1 else {
        throw TLSError(.unreadableCertificate, "read the certificate's notAfter", OpenSSLErrorQueue.drain())
    }
    return .seconds(Int64(days) * 86_400 + Int64(seconds))
}
