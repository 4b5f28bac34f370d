internal import COpenSSL
internal import CQUICShims

/// What the handshakes of one side share, of a server or of clients. Confined to its thread.
package class TLSContext {
    /// SSL_CTX
    let context: OpaquePointer
    /// ALPN names as OpenSSL takes them (RFC 7301): each with its count (1) before it.
    let protocolList: [UInt8]
    /// Given each line of the key log, without its end.
    let keyLog: (@Sendable (UnsafeRawBufferPointer) -> Void)?

    /// Where a protected record is made. Shared by the handshakes: a record does not outlive the call of `receive` that
    /// makes it.
    let recordScratch: UnsafeMutableRawBufferPointer
    /// Where the local transport parameters are encoded; likewise.
    let parameterScratch: UnsafeMutableRawBufferPointer

    /// - Parameter method: TLS_server_method or TLS_client_method.
    init(
        _ method: OpaquePointer?, applicationProtocols: [String],
        keyLog: (@Sendable (UnsafeRawBufferPointer) -> Void)?
    ) throws(TLSError) {
        try OpenSSLVersion.check()
        try CipherAlgorithms.load()
        protocolList = try Self.encode(applicationProtocols)
        guard let context = SSL_CTX_new(method) else {
            throw TLSError(.library, "make a TLS context", OpenSSLErrorQueue.drain())
        }
        self.context = context
        self.keyLog = keyLog
        recordScratch = .allocate(
            byteCount: RecordProtection.maximumFragment + RecordProtection.expansion, alignment: 16)
        parameterScratch = .allocate(byteCount: 2048, alignment: 16)
        try configure()
    }

    deinit {
        SSL_CTX_free(context)
        recordScratch.deallocate()
        parameterScratch.deallocate()
    }

    private func configure() throws(TLSError) {
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
        // 32 KB of record buffers less for a connection that waits for its peer.
        cquic_ssl_ctx_release_buffers(context)
        guard OpenSSLCallbacks.install(on: context) else {
            throw TLSError(.library, "register QUIC's TLS extension", OpenSSLErrorQueue.drain())
        }
    }

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

    /// A handshake without a role yet: the caller gives it one, and what belongs to it.
    func makeHandshake(
        _ role: OpenSSLHandshake.Role, delegate: any QUICHandshakeDelegate,
        prepare: (OpaquePointer) throws(TLSError) -> Void
    ) throws(TLSError) -> OpenSSLHandshake {
        let ssl = SSL_new(context)
        guard let ssl, let bio = OpenSSLCallbacks.makeBIO() else {
            SSL_free(ssl)
            throw TLSError(.library, "start a handshake", OpenSSLErrorQueue.drain())
        }
        SSL_set_bio(ssl, bio, bio)
        let handshake = OpenSSLHandshake(role, context: self, ssl: ssl, delegate: delegate)
        OpenSSLCallbacks.attach(handshake, to: ssl, bio: bio)
        try prepare(ssl)
        return handshake
    }
}
