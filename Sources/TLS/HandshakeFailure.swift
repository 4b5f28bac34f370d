internal import COpenSSL

/// Why a handshake ended: what CONNECTION_CLOSE tells the peer.
package struct HandshakeFailure: Error, Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// A TLS alert, sent as CRYPTO_ERROR (RFC 9001 §4.8).
        case alert(TLSAlert)
        /// A transport error of QUIC's own (RFC 9000 §20.1).
        case transport(TransportErrorCode)
    }

    package let code: Code
    /// OpenSSL's packed error, or 0. Kept as a number: a peer can cause failures at any rate, so
    /// text is made only where it is read.
    private let opensslError: UInt
    /// OpenSSL's verdict on the peer's certificate, X509_V_OK where it has no fault.
    private let verification: Int

    package init(_ code: Code, opensslError: UInt = 0, verification: Int = 0) {
        self.code = code
        self.opensslError = opensslError
        self.verification = verification
    }

    /// The error code of CONNECTION_CLOSE.
    package var errorCode: UInt64 {
        switch code {
        case .alert(let alert): 0x100 + UInt64(alert.rawValue)
        case .transport(let error): error.rawValue
        }
    }
}

extension HandshakeFailure: CustomStringConvertible {
    package var description: String {
        let text =
            switch code {
            case .alert(let alert): "TLS alert \(alert.rawValue)"
            case .transport(let error): "transport error 0x\(String(error.rawValue, radix: 16))"
            }
        guard opensslError != 0 else { return text }
        let reason = "\(text): \(OpenSSLErrorQueue.text(of: opensslError))"
        guard verification != X509_V_OK else { return reason }
        return "\(reason): \(String(cString: X509_verify_cert_error_string(verification)))"
    }
}
