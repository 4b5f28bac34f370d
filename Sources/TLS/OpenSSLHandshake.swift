internal import COpenSSL

/// A handshake over OpenSSL 3.0, which has no interface for QUIC.
///
/// OpenSSL runs TLS 1.3 over records as ever, and what QUIC needs is taken from its side channels:
/// the traffic secrets from the key log, the messages to send from the message callback, the
/// transport parameters through a custom extension. CRYPTO data from the peer is wrapped in records.
///
/// Confined to its connection's thread. A server's `SSL` is freed as soon as the handshake has completed or
/// failed: it reads nothing afterwards, and the session tickets are written by then. A client's lives on to read them.
package final class OpenSSLHandshake: QUICHandshake {
    /// Octets of CRYPTO data that one encryption level may bring, of certificates or tickets at
    /// most. Handshake messages are buffered whole, so this bounds what a peer can make us hold.
    static let maximumDataPerLevel = 1 << 16

    enum Role {
        case client
        case server
    }

    let context: TLSContext
    private let role: Role
    private unowned(unsafe) let delegate: any QUICHandshakeDelegate

    private var ssl: OpaquePointer?
    private var failure: HandshakeFailure?
    private var readLevel = EncryptionLevel.initial
    private var writeLevel = EncryptionLevel.initial
    private var receivedAtLevel = 0
    private var record = InboundRecord()
    private var recordProtection: RecordProtection?
    private var peerTransportParameters: [UInt8]?
    private var agreed: (applicationProtocol: String?, serverName: String?) = (nil, nil)
    package private(set) var isComplete = false
    /// The certificate that the peer showed, in DER; nil where it showed none. Known when the handshake is complete.
    package private(set) var peerCertificate: [UInt8]?
    /// Whether an earlier session was resumed. Known when the handshake is complete.
    package private(set) var isResumed = false

    init(_ role: Role, context: TLSContext, ssl: OpaquePointer, delegate: any QUICHandshakeDelegate) {
        self.role = role
        self.context = context
        self.ssl = ssl
        self.delegate = delegate
    }

    deinit {
        SSL_free(ssl)
    }

    package var applicationProtocol: String? {
        guard let ssl else { return agreed.applicationProtocol }
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &bytes, &count)
        guard let bytes else { return nil }
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    package var serverName: String? {
        guard let ssl else { return agreed.serverName }
        return SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    }

    package func start() throws(HandshakeFailure) {
        try failing { () throws(HandshakeFailure) in try advance() }
    }

    package func receive(
        _ bytes: UnsafeRawBufferPointer, level: EncryptionLevel
    ) throws(HandshakeFailure) {
        guard !bytes.isEmpty else { return }
        if let failure { throw failure }
        try failing { () throws(HandshakeFailure) in
            try admit(bytes.count, level: level)
            var rest = bytes[...]
            while !rest.isEmpty {
                // RFC 9001 §4.1.3: data left at a level that TLS has moved on from.
                guard level == readLevel else { throw HandshakeFailure(.transport(.protocolViolation)) }
                let fragment = rest.prefix(RecordProtection.maximumFragment)
                rest = rest[fragment.endIndex...]
                try step(with: UnsafeRawBufferPointer(rebasing: fragment))
            }
        }
    }

    /// Ends the handshake where `body` throws.
    private func failing(_ body: () throws(HandshakeFailure) -> Void) throws(HandshakeFailure) {
        do {
            try body()
        } catch {
            failure = error
            release()
            throw error
        }
    }

    private func admit(_ count: Int, level: EncryptionLevel) throws(HandshakeFailure) {
        // RFC 9001 §6: a TLS KeyUpdate is an unexpected message, and a client has no other to send
        // here, since certificates are not requested after the handshake (§4.4).
        if role == .server, level == .application { throw HandshakeFailure(.alert(.unexpectedMessage)) }
        // RFC 9001 §4.1.3
        guard level == readLevel else { throw HandshakeFailure(.transport(.protocolViolation)) }
        receivedAtLevel += count
        // RFC 9000 §7.5
        guard receivedAtLevel <= Self.maximumDataPerLevel else {
            throw HandshakeFailure(.transport(.cryptoBufferExceeded))
        }
    }

    /// Lets OpenSSL read one record and take the handshake as far as that goes.
    private func step(with fragment: UnsafeRawBufferPointer) throws(HandshakeFailure) {
        if readLevel != .initial {
            guard let protected = recordProtection?.protect(fragment, in: context.recordScratch) else {
                throw HandshakeFailure(.alert(.internalError))
            }
            record = protected
        } else {
            record = InboundRecord(.handshake, body: fragment)
        }
        defer { record = InboundRecord() }
        try advance()
    }

    private func advance() throws(HandshakeFailure) {
        ERR_clear_error()
        let result = withExtendedLifetime(self) { isComplete ? readTicket() : SSL_do_handshake(ssl) }
        let error = SSL_get_error(ssl, result)
        if let failure { throw failure }
        if result == 1, !isComplete {
            try complete()
        } else if error != SSL_ERROR_WANT_READ || !record.isConsumed {
            defer { ERR_clear_error() }
            throw HandshakeFailure(.alert(.internalError), opensslError: ERR_peek_error())
        }
    }

    /// Has OpenSSL read a message that comes after the handshake; there is no data between such.
    private func readTicket() -> Int32 {
        var octet: UInt8 = 0
        return SSL_read(ssl, &octet, 1)
    }

    private func complete() throws(HandshakeFailure) {
        agreed = (applicationProtocol, serverName)
        // RFC 9001 §8.1: a server that chose none does not speak the application's protocol.
        guard agreed.applicationProtocol != nil else {
            throw HandshakeFailure(.alert(.noApplicationProtocol))
        }
        peerCertificate = readPeerCertificate()
        isResumed = SSL_session_reused(ssl) == 1
        isComplete = true
        if role == .server { release() }
    }

    private func readPeerCertificate() -> [UInt8]? {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return nil }
        defer { X509_free(certificate) }
        var octets: UnsafeMutablePointer<UInt8>?
        let count = i2d_X509(certificate, &octets)
        guard count > 0, let octets else { return nil }
        defer { CRYPTO_free(octets, #file, #line) }
        return Array(UnsafeBufferPointer(start: octets, count: Int(count)))
    }

    private func release() {
        SSL_free(ssl)
        ssl = nil
        recordProtection = nil
        peerTransportParameters = nil
    }
}

// What `OpenSSLCallbacks` calls, from within `SSL_do_handshake`.
extension OpenSSLHandshake {
    /// Records why the handshake ends. The first reason stands: OpenSSL's alert follows from it.
    func fail(_ reason: HandshakeFailure) {
        if failure == nil { failure = reason }
    }

    func recordRead(into output: UnsafeMutableRawBufferPointer) -> Int {
        record.read(into: output)
    }

    func messageWritten(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        delegate.handshake(didWrite: bytes, level: writeLevel)
    }

    func messageRead(_ bytes: UnsafeRawBufferPointer) {
        switch bytes.first.map(Int32.init) {
        // RFC 9001 §6: keys are updated by QUIC, not by TLS's KeyUpdate. RFC 8446 §4: TLS 1.3 has no HelloRequest, which
        // OpenSSL's client would pass over.
        case SSL3_MT_KEY_UPDATE, SSL3_MT_HELLO_REQUEST: fail(HandshakeFailure(.alert(.unexpectedMessage)))
        default: break
        }
    }

    func alertWritten(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 2 else { return }
        fail(
            HandshakeFailure(
                .alert(TLSAlert(rawValue: bytes[1])), opensslError: ERR_peek_error(),
                verification: SSL_get_verify_result(ssl)))
    }

    func sessionMade(_ octets: UnsafeRawBufferPointer) {
        delegate.handshake(didMakeSession: Array(octets))
    }

    func keyLogged(_ line: UnsafeRawBufferPointer, suite: CipherSuite?) {
        guard failure == nil, let line = KeyLogLine(line) else { return }
        guard let suite, var secret = line.secret(of: suite) else {
            return fail(HandshakeFailure(.alert(.internalError)))
        }
        defer { secret.erase() }
        let level = line.label.level
        if line.label.isClients == (role == .client) {
            if role == .server, level == .handshake, !deliverTransportParameters() { return }
            writeLevel = level
            delegate.handshake(didInstallWriteSecret: secret, level: level)
        } else {
            if role == .client, level == .application, !deliverTransportParameters() { return }
            if role == .client || level == .handshake { recordProtection = RecordProtection(secret: secret) }
            install(readSecret: secret, level: level)
        }
    }

    private func install(readSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {
        readLevel = level
        receivedAtLevel = 0
        delegate.handshake(didInstallReadSecret: secret, level: level)
    }

    /// Keeps a copy: OpenSSL parses the ClientHello before the handshake keys exist.
    func transportParametersReceived(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if let first = peerTransportParameters {
            // RFC 8446 §4.1.2: after a HelloRetryRequest the ClientHello is otherwise the same.
            return first.elementsEqual(bytes)
        }
        peerTransportParameters = Array(bytes)
        return true
    }

    private func deliverTransportParameters() -> Bool {
        let parameters = peerTransportParameters ?? []
        guard parameters.withUnsafeBytes({ delegate.handshake(didReceiveTransportParameters: $0) }) else {
            fail(HandshakeFailure(.transport(.transportParameterError)))
            return false
        }
        return true
    }

    /// The local parameters, in memory that lasts until OpenSSL has copied them.
    func encodedTransportParameters() -> UnsafeRawBufferPointer? {
        guard failure == nil else { return nil }
        let buffer = context.parameterScratch
        guard let count = delegate.handshakeTransportParameters(into: buffer) else {
            fail(HandshakeFailure(.transport(.internalError)))
            return nil
        }
        precondition(count <= buffer.count, "wrote beyond the buffer")
        return UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }
}
