internal import COpenSSL

/// The ClientHello that OpenSSL shows to its client-hello callback.
struct ClientHello {
    private let ssl: OpaquePointer

    init(of ssl: OpaquePointer) {
        self.ssl = ssl
    }

    /// Why a QUIC server refuses it, or nil. The rest OpenSSL checks.
    func refusal() -> HandshakeFailure? {
        var sessionID: UnsafePointer<UInt8>?
        // RFC 9001 §8.4: middlebox compatibility mode is not used.
        if SSL_client_hello_get0_session_id(ssl, &sessionID) > 0 {
            return HandshakeFailure(.transport(.protocolViolation))
        }
        // RFC 9001 §8.1: OpenSSL asks for a selection only if the client offers a protocol.
        if !hasExtension(UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation)) {
            return HandshakeFailure(.alert(.noApplicationProtocol))
        }
        // RFC 9001 §8.2
        if !hasExtension(OpenSSLCallbacks.transportParametersExtension) {
            return HandshakeFailure(.alert(.missingExtension))
        }
        return nil
    }

    private func hasExtension(_ type: UInt32) -> Bool {
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        return SSL_client_hello_get0_ext(ssl, type, &bytes, &count) == 1
    }
}
