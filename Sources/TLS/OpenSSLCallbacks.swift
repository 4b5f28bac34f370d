internal import COpenSSL
internal import CQUICShims
private import Glibc

/// Every function that OpenSSL calls.
///
/// Lifetime: OpenSSL holds two kinds of unretained pointers, and neither outlives its object.
/// - `OpenSSLHandshake`, in the `SSL`'s application data and in its BIO. The handshake owns the
///   `SSL`, which owns the BIO; callbacks run only inside `SSL_do_handshake`, and `receive` keeps the
///   handshake alive for the length of that call.
/// - `ServerContext`, as the argument of the ALPN callback. It owns the `SSL_CTX`, and every
///   handshake retains its context.
///
/// A callback has no way to throw, and some cannot even fail: it leaves the failure in the
/// handshake, which looks at it when `SSL_do_handshake` has returned.
enum OpenSSLCallbacks {
    /// quic_transport_parameters (RFC 9001 §8.2)
    static let transportParametersExtension: UInt32 = 0x39

    /// Registers what both sides need on a context, before any `SSL` is made of it. False if out of memory.
    static func install(on context: OpaquePointer) -> Bool {
        SSL_CTX_set_keylog_callback(context, keyLog)
        SSL_CTX_set_msg_callback(context, message)
        let messages = UInt32(SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_3_ENCRYPTED_EXTENSIONS)
        return SSL_CTX_add_custom_ext(
            context, transportParametersExtension, messages,
            addTransportParameters, nil, nil, parseTransportParameters, nil) == 1
    }

    /// Registers what a server needs besides.
    static func install(on context: OpaquePointer, owner: ServerContext) {
        SSL_CTX_set_client_hello_cb(context, clientHello, nil)
        SSL_CTX_set_alpn_select_cb(context, selectProtocol, Unmanaged.passUnretained(owner).toOpaque())
        SSL_CTX_set_cert_cb(context, selectCredentials, nil)
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticketKey)
        // Without keys OpenSSL would ask for one in every handshake with a ticket.
        if !owner.preSharedKeys.isEmpty { SSL_CTX_set_psk_find_session_callback(context, findSession) }
    }

    /// Registers what clients need besides.
    static func installForClient(on context: OpaquePointer) {
        SSL_CTX_sess_set_new_cb(context, newSession)
    }

    static func attach(_ handshake: OpenSSLHandshake, to ssl: OpaquePointer, bio: OpaquePointer) {
        let pointer = Unmanaged.passUnretained(handshake).toOpaque()
        SSL_set_ex_data(ssl, 0, pointer)  // index 0 is the application's (SSL_set_app_data)
        BIO_set_data(bio, pointer)
    }

    private static func handshake(of ssl: OpaquePointer?) -> OpenSSLHandshake {
        Unmanaged.fromOpaque(SSL_get_ex_data(ssl, 0)!).takeUnretainedValue()
    }

    private static func server(of ssl: OpaquePointer?) -> ServerContext {
        unsafeDowncast(handshake(of: ssl).context, to: ServerContext.self)
    }

    private static let keyLog: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> Void = { ssl, line in
        guard let ssl, let line else { return }
        let bytes = UnsafeRawBufferPointer(start: line, count: strlen(line))
        let handshake = handshake(of: ssl)
        handshake.context.keyLog?(bytes)
        handshake.keyLogged(bytes, suite: suite(of: ssl))
    }

    private static let selectCredentials: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 =
        { ssl, _ in
            let store = server(of: ssl).credentials
            guard store.choosesByName, let ssl,
                let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name),
                let credentials = store.credentials(for: String(cString: name))
            else { return 1 }
            return credentials.install(onHandshake: ssl) ? 1 : 0
        }

    private static let findSession:
        @convention(c) (
            OpaquePointer?, UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<OpaquePointer?>?
        ) -> Int32 = { ssl, identity, count, session in
            let keys = server(of: ssl).preSharedKeys
            // Without a session OpenSSL takes the identity for a ticket.
            session?.pointee = keys.session(
                for: UnsafeBufferPointer(start: identity, count: count), ssl: ssl!)
            return 1
        }

    /// 1: prepared; 2: prepared, and the client is to have another ticket; 0: no such key; negative: failed.
    private static let ticketKey:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?,
            OpaquePointer?, Int32
        ) -> Int32 = { ssl, name, iv, cipher, mac, isSealing in
            let keys = server(of: ssl).ticketKeys
            if isSealing != 0 { return keys.seal(name!, iv!, cipher!, mac!) ? 1 : -1 }
            return switch keys.open(name!, iv!, cipher!, mac!) {
            case .failed: -1
            case .unknown: 0
            // RFC 8446 §C.4: a ticket is to be used once, so a client that shows one gets another.
            case .prepared: 2
            }
        }

    private static func suite(of ssl: OpaquePointer) -> CipherSuite? {
        guard let cipher = SSL_get_current_cipher(ssl) else { return nil }
        return CipherSuite(protocolID: SSL_CIPHER_get_protocol_id(cipher))
    }

    private static let message:
        @convention(c) (
            Int32, Int32, Int32, UnsafeRawPointer?, Int, OpaquePointer?, UnsafeMutableRawPointer?
        ) -> Void = { isWrite, _, contentType, bytes, count, ssl, _ in
            let bytes = UnsafeRawBufferPointer(start: bytes, count: count)
            guard isWrite != 0 else {
                if contentType == SSL3_RT_HANDSHAKE { handshake(of: ssl).messageRead(bytes) }
                return
            }
            switch contentType {
            case SSL3_RT_HANDSHAKE: handshake(of: ssl).messageWritten(bytes)
            case SSL3_RT_ALERT: handshake(of: ssl).alertWritten(bytes)
            default: break  // record headers and inner content types, which QUIC has not
            }
        }

    /// Returns 0: the session stays OpenSSL's.
    private static let newSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = {
        ssl, session in
        var octets: UnsafeMutablePointer<UInt8>?
        let count = i2d_SSL_SESSION(session, &octets)
        guard count > 0, let octets else { return 0 }
        defer { CRYPTO_free(octets, #file, #line) }
        handshake(of: ssl).sessionMade(UnsafeRawBufferPointer(start: octets, count: Int(count)))
        return 0
    }

    private static let clientHello:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?
        ) -> Int32 = { ssl, alert, _ in
            guard let ssl, let refusal = ClientHello(of: ssl).refusal() else {
                return SSL_CLIENT_HELLO_SUCCESS
            }
            handshake(of: ssl).fail(refusal)
            alert?.pointee = SSL_AD_ILLEGAL_PARAMETER  // not seen: `refusal` is the failure
            return SSL_CLIENT_HELLO_ERROR
        }

    private static let selectProtocol:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
            UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
        ) -> Int32 = { _, output, outputCount, offered, offeredCount, owner in
            let context = Unmanaged<ServerContext>.fromOpaque(owner!).takeUnretainedValue()
            return context.selectProtocol(
                from: offered, count: offeredCount, into: output!, count: outputCount!)
                ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL
        }

    private static let parseTransportParameters:
        @convention(c) (
            OpaquePointer?, UInt32, UInt32, UnsafePointer<UInt8>?, Int, OpaquePointer?, Int,
            UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?
        ) -> Int32 = { ssl, _, _, bytes, count, _, _, alert, _ in
            let bytes = UnsafeRawBufferPointer(start: bytes, count: count)
            if handshake(of: ssl).transportParametersReceived(bytes) { return 1 }
            alert?.pointee = SSL_AD_ILLEGAL_PARAMETER
            return 0
        }

    private static let addTransportParameters:
        @convention(c) (
            OpaquePointer?, UInt32, UInt32, UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
            UnsafeMutablePointer<Int>?, OpaquePointer?, Int,
            UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?
        ) -> Int32 = { ssl, _, _, output, outputCount, _, _, alert, _ in
            guard let encoded = handshake(of: ssl).encodedTransportParameters() else {
                alert?.pointee = SSL_AD_INTERNAL_ERROR
                return -1
            }
            output!.pointee = encoded.baseAddress?.assumingMemoryBound(to: UInt8.self)
            outputCount!.pointee = encoded.count
            return 1
        }
}

extension OpenSSLCallbacks {
    /// The BIO that OpenSSL reads staged records from, and whose writes go nowhere: what is to be
    /// sent comes through the message callback, without its record layer. Lives for the process.
    static func makeBIO() -> OpaquePointer? {
        guard let bio = BIO_new(method.pointer) else { return nil }
        BIO_set_init(bio, 1)
        return bio
    }

    /// Sendable because a `BIO_METHOD` is not written after it was made.
    private struct Method: @unchecked Sendable {
        let pointer: OpaquePointer?

        init() {
            pointer = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "QUIC CRYPTO")
            BIO_meth_set_read(pointer, read)
            BIO_meth_set_write(pointer, write)
            BIO_meth_set_ctrl(pointer, control)
        }
    }

    private static let method = Method()

    private static let read: @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int32) -> Int32 = {
        bio, output, count in
        cquic_bio_clear_retry(bio)
        let handshake = Unmanaged<OpenSSLHandshake>.fromOpaque(BIO_get_data(bio)!).takeUnretainedValue()
        let output = UnsafeMutableRawBufferPointer(start: output, count: Int(count))
        let read = handshake.recordRead(into: output)
        guard read > 0 else {
            cquic_bio_set_retry_read(bio)
            return -1
        }
        return Int32(read)
    }

    private static let write: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
        bio, _, count in
        cquic_bio_clear_retry(bio)
        return count
    }

    private static let control: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int =
        { _, command, _, _ in
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
}
