internal import COpenSSL
internal import CQUICShims

/// What a worker's handshakes share: certificates, protocols, ticket keys. One a worker, and confined to its thread.
package final class ServerContext {
    /// Octets of a ticket key: name (16) ‖ HMAC key (32) ‖ AES key (32).
    package static let ticketKeyLength = 80

    private let context: OpaquePointer
    private let protocolList: [UInt8]
    let credentials: CredentialsStore
    let preSharedKeys: PreSharedKeys
    private(set) var ticketKeys: TicketKeys
    let keyLog: (@Sendable (UnsafeRawBufferPointer) -> Void)?

    /// Where a protected record is made. Shared by the worker's handshakes: a record does not
    /// outlive the call of `receive` that makes it.
    let recordScratch: UnsafeMutableRawBufferPointer
    /// Where the local transport parameters are encoded; likewise.
    let parameterScratch: UnsafeMutableRawBufferPointer

    package init(_ options: ServerOptions) throws(TLSError) {
        try OpenSSLVersion.check()
        try CipherAlgorithms.load()
        let protocolList = try Self.encode(options.applicationProtocols)
        let credentials = try CredentialsStore(options.credentials, select: options.selectCredentials)
        let preSharedKeys = try PreSharedKeys(options.preSharedKeys, lookUp: options.preSharedKey)
        let ticketKeys = try TicketKeys(options.ticketKeys)
        guard let context = SSL_CTX_new(TLS_server_method()) else {
            throw TLSError(.library, "make a TLS context", OpenSSLErrorQueue.drain())
        }
        do throws(TLSError) {
            try Self.configure(context)
            try credentials.first.install(on: context)
            try options.clientCertificates.install(on: context)
        } catch {
            SSL_CTX_free(context)
            throw error
        }
        self.context = context
        self.protocolList = protocolList
        self.credentials = credentials
        self.preSharedKeys = preSharedKeys
        self.ticketKeys = ticketKeys
        keyLog = options.keyLog
        recordScratch = .allocate(
            byteCount: RecordProtection.maximumFragment + RecordProtection.expansion, alignment: 16)
        parameterScratch = .allocate(byteCount: 2048, alignment: 16)
        guard OpenSSLCallbacks.install(on: context, owner: self) else {
            throw TLSError(.library, "register QUIC's TLS extension", OpenSSLErrorQueue.drain())
        }
    }

    /// Makes session tickets by the first of `keys` from now on, and opens those of any of them.
    package func setTicketKeys(_ keys: [[UInt8]]) throws(TLSError) {
        ticketKeys = try TicketKeys(keys)
    }

    deinit {
        SSL_CTX_free(context)
        recordScratch.deallocate()
        parameterScratch.deallocate()
    }

    /// A handshake for a new connection. It does not retain `delegate`, which owns the handshake and
    /// must not end while `receive` runs. It retains this context.
    package func makeHandshake(
        delegate: any QUICHandshakeDelegate
    ) throws(TLSError) -> OpenSSLHandshake {
        let ssl = SSL_new(context)
        guard let ssl, let bio = OpenSSLCallbacks.makeBIO() else {
            SSL_free(ssl)
            throw TLSError(.library, "start a handshake", OpenSSLErrorQueue.drain())
        }
        SSL_set_bio(ssl, bio, bio)
        SSL_set_accept_state(ssl)
        let handshake = OpenSSLHandshake(context: self, ssl: ssl, delegate: delegate)
        OpenSSLCallbacks.attach(handshake, to: ssl, bio: bio)
        return handshake
    }
}

extension ServerContext {
    private static func configure(_ context: OpaquePointer) throws(TLSError) {
        // The groups that clients send key shares for. The finite fields of OpenSSL's default list
        // would let a client choose the most expensive computation.
        guard
            cquic_ssl_ctx_require_tls13(context) == 1,
            SSL_CTX_set_ciphersuites(context, CipherSuite.opensslNames) == 1,
            cquic_ssl_ctx_set_groups(context, "X25519:P-256:P-384") == 1
        else {
            throw TLSError(.library, "configure TLS 1.3", OpenSSLErrorQueue.drain())
        }
        cquic_ssl_ctx_set_quic_options(context)
        // A client that offers early data is answered at 1-RTT: records cannot carry the two streams
        // of CRYPTO and 0-RTT data that OpenSSL would wait for.
        SSL_CTX_set_max_early_data(context, 0)
        // Tickets carry the whole session. One is enough where a connection has many streams.
        cquic_ssl_ctx_disable_session_cache(context)
        SSL_CTX_set_num_tickets(context, 1)
        // Sessions with a client's certificate are resumed only where this is set; workers share it.
        let name = Array("drover".utf8)
        SSL_CTX_set_session_id_context(context, name, UInt32(name.count))
        // 32 KB of record buffers less for a connection that waits for the client's Finished.
        cquic_ssl_ctx_release_buffers(context)
    }
}

// RFC 7301
extension ServerContext {
    /// The list as OpenSSL takes it: each name with its count (1) before it.
    private static func encode(_ names: [String]) throws(TLSError) -> [UInt8] {
        guard !names.isEmpty else {
            throw TLSError(
                .invalidApplicationProtocol, "set application protocols", "none given",
                advice: "QUIC needs ALPN (RFC 9001 §8.1): name at least one")
        }
        var list: [UInt8] = []
        for name in names {
            guard let count = UInt8(exactly: name.utf8.count), count > 0 else {
                throw TLSError(
                    .invalidApplicationProtocol, "set application protocol \"\(name)\"",
                    "a name has 1 to 255 octets, this one \(name.utf8.count)")
            }
            list.append(count)
            list.append(contentsOf: name.utf8)
        }
        return list
    }

    func selectProtocol(
        from offered: UnsafePointer<UInt8>?, count: UInt32,
        into output: UnsafeMutablePointer<UnsafePointer<UInt8>?>,
        count outputCount: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        protocolList.withUnsafeBufferPointer { list in
            var selected: UnsafeMutablePointer<UInt8>?
            let result = SSL_select_next_proto(
                &selected, outputCount, list.baseAddress, UInt32(list.count), offered, count)
            output.pointee = UnsafePointer(selected)
            return result == OPENSSL_NPN_NEGOTIATED
        }
    }
}
