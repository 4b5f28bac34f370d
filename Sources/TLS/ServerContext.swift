internal import COpenSSL
internal import CQUICShims

/// What a worker's handshakes share: certificates, protocols, ticket keys. One a worker.
package final class ServerContext: TLSContext {
    /// Octets of a ticket key: name (16) ‖ HMAC key (32) ‖ AES key (32).
    package static let ticketKeyLength = 80

    let credentials: CredentialsStore
    let preSharedKeys: PreSharedKeys
    private(set) var ticketKeys: TicketKeys

    package init(_ options: ServerOptions) throws(TLSError) {
        credentials = try CredentialsStore(options.credentials, select: options.selectCredentials)
        preSharedKeys = try PreSharedKeys(options.preSharedKeys, lookUp: options.preSharedKey)
        ticketKeys = try TicketKeys(options.ticketKeys)
        try super.init(
            TLS_server_method(), applicationProtocols: options.applicationProtocols, keyLog: options.keyLog)
        configure()
        try credentials.first.install(on: context)
        try options.clientCertificates.install(on: context)
        OpenSSLCallbacks.install(on: context, owner: self)
    }

    private func configure() {
        // A client that offers early data is answered at 1-RTT: records cannot carry the two streams
        // of CRYPTO and 0-RTT data that OpenSSL would wait for.
        SSL_CTX_set_max_early_data(context, 0)
        // Tickets carry the whole session. One is enough where a connection has many streams.
        cquic_ssl_ctx_disable_session_cache(context)
        SSL_CTX_set_num_tickets(context, 1)
        // Sessions with a client's certificate are resumed only where this is set; workers share it.
        let name = Array("drover".utf8)
        SSL_CTX_set_session_id_context(context, name, UInt32(name.count))
    }

    /// Makes session tickets by the first of `keys` from now on, and opens those of any of them.
    package func setTicketKeys(_ keys: [[UInt8]]) throws(TLSError) {
        ticketKeys = try TicketKeys(keys)
    }

    /// A handshake for a new connection. It does not retain `delegate`, which owns the handshake and
    /// must not end while `receive` runs. It retains this context.
    package func makeHandshake(
        delegate: any QUICHandshakeDelegate
    ) throws(TLSError) -> OpenSSLHandshake {
        try makeHandshake(.server, delegate: delegate) { SSL_set_accept_state($0) }
    }

    // RFC 7301
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
