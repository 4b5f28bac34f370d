/// What a QUIC connection needs of a TLS stack.
///
/// A protocol so that OpenSSL 3.5's `SSL_set_quic_tls_cbs` can take the place of
/// `OpenSSLHandshake`, which serves OpenSSL 3.0.
package protocol QUICHandshake: AnyObject {
    /// Begins a client's handshake: its ClientHello goes to the delegate.
    func start() throws(HandshakeFailure)

    /// Feeds data of CRYPTO frames, in the order of the stream at `level`, and drives the handshake.
    /// Calls the delegate before it returns. After it has thrown, the handshake is dead.
    func receive(_ bytes: UnsafeRawBufferPointer, level: EncryptionLevel) throws(HandshakeFailure)

    /// The handshake is complete in the sense of TLS (RFC 9001 §4.1.1), which for a server is also
    /// when it is confirmed (§4.1.2). A server's is then only a record of what was agreed; a client's goes on to take
    /// session tickets.
    var isComplete: Bool { get }

    /// The protocol chosen by ALPN, from the ServerHello on.
    var applicationProtocol: String? { get }

    /// The host name the client asked for (SNI), from the ClientHello on.
    var serverName: String? { get }
}

/// What a handshake asks of its connection, and tells it. Every method is called synchronously from
/// within `QUICHandshake.receive`, and must not call `receive` of any handshake.
package protocol QUICHandshakeDelegate: AnyObject {
    func handshake(didInstallReadSecret secret: borrowing TrafficSecret, level: EncryptionLevel)

    func handshake(didInstallWriteSecret secret: borrowing TrafficSecret, level: EncryptionLevel)

    /// CRYPTO data to send at `level`. The bytes are valid during the call.
    func handshake(didWrite bytes: UnsafeRawBufferPointer, level: EncryptionLevel)

    /// The peer's quic_transport_parameters, once: a client's before the first handshake secret is installed, not yet
    /// authenticated (RFC 9001 §8.2); a server's when they are, before its application secret. False refuses them: the
    /// handshake fails with TRANSPORT_PARAMETER_ERROR.
    func handshake(didReceiveTransportParameters bytes: UnsafeRawBufferPointer) -> Bool

    /// Encodes the local quic_transport_parameters, a server's after the handshake write secret was installed.
    /// Returns the count of octets written, or nil to fail the handshake with INTERNAL_ERROR.
    func handshakeTransportParameters(into buffer: UnsafeMutableRawBufferPointer) -> Int?

    /// A session that a later handshake of the client can resume, as octets. A server may make several.
    func handshake(didMakeSession session: [UInt8])
}
