internal import COpenSSL

extension ClientCertificates {
    func install(on context: OpaquePointer) throws(TLSError) {
        switch self {
        case .off: return
        case .optional(let authorities):
            try Self.trust(authorities, on: context)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        case .required(let authorities):
            try Self.trust(authorities, on: context)
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
    }

    private static func trust(_ octets: [UInt8], on context: OpaquePointer) throws(TLSError) {
        let authorities = try Authorities(octets)
        try authorities.trust(on: context)
        try authorities.name(on: context)
    }
}
