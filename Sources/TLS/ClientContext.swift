internal import COpenSSL
internal import CQUICShims

/// What clients are in TLS.
package struct ClientOptions: Sendable {
    /// Whose signature on the server's certificate counts.
    package enum Authorities: Hashable, Sendable {
        /// Those that the host trusts.
        case host
        /// Certificates in PEM or DER.
        case certificates([UInt8])
        /// Anybody's: the server may be anyone.
        case any
    }

    /// ALPN names in the order of preference (RFC 7301).
    package var applicationProtocols: [String]
    package var authorities = Authorities.host
    /// What the client shows where the server asks for a certificate; nil: nothing.
    package var credentials: CredentialsSource?
    /// Given each line of the key log, without its end (SSLKEYLOGFILE).
    package var keyLog: (@Sendable (UnsafeRawBufferPointer) -> Void)?

    package init(applicationProtocols: [String]) {
        self.applicationProtocols = applicationProtocols
    }
}

/// What the handshakes of clients share: whom they trust, protocols, their certificate.
package final class ClientContext: TLSContext {
    package init(_ options: ClientOptions) throws(TLSError) {
        try super.init(
            TLS_client_method(), applicationProtocols: options.applicationProtocols, keyLog: options.keyLog)
        cquic_ssl_ctx_hand_out_sessions(context)
        OpenSSLCallbacks.installForClient(on: context)
        if let credentials = options.credentials { try Credentials(credentials).install(on: context) }
        switch options.authorities {
        case .any: return
        case .host:
            guard SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw TLSError(
                    .unreadableAuthorities, "read the host's authorities", OpenSSLErrorQueue.drain())
            }
        case .certificates(let octets): try Authorities(octets).trust(on: context)
        }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    }

    /// A handshake for a new connection; see `ServerContext.makeHandshake`.
    ///
    /// - Parameters:
    ///   - name: the server's, a host name or an IP address, that its certificate has to be for.
    ///   - session: what an earlier handshake handed out, to resume it; nil: a full handshake.
    package func makeHandshake(
        with name: String, session: [UInt8]?, delegate: any QUICHandshakeDelegate
    ) throws(TLSError) -> OpenSSLHandshake {
        try makeHandshake(.client, delegate: delegate) { ssl throws(TLSError) in
            SSL_set_connect_state(ssl)
            // RFC 6066 §3: an address is no host name.
            let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1
            let isNamed =
                isAddress || (cquic_ssl_set_server_name(ssl, name) == 1 && SSL_set1_host(ssl, name) == 1)
            let offers = protocolList.withUnsafeBufferPointer {
                SSL_set_alpn_protos(ssl, $0.baseAddress, UInt32($0.count)) == 0
            }
            guard isNamed, offers else {
                throw TLSError(.invalidServerName, "connect to \"\(name)\"", OpenSSLErrorQueue.drain())
            }
            if let session { Self.resume(session, with: ssl) }
        }
    }

    /// A session that cannot be read is none: the handshake is a full one.
    private static func resume(_ octets: [UInt8], with ssl: OpaquePointer) {
        octets.withUnsafeBufferPointer { octets in
            var position = octets.baseAddress
            guard let session = d2i_SSL_SESSION(nil, &position, octets.count) else {
                return ERR_clear_error()
            }
            SSL_set_session(ssl, session)
            SSL_SESSION_free(session)
        }
    }
}
