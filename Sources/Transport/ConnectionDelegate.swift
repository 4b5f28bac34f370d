package import Linux
package import QUICLB

/// What a connection asks of the listener or client that owns it. Called rarely: per connection ID, never per packet.
package protocol ConnectionDelegate: AnyObject {
    /// A new connection ID that leads to `connection` from now on, with its stateless reset token (RFC 9000
    /// §10.3), 16 octets, written to `token`.
    func issueConnectionID(
        for connection: Connection, resetToken token: UnsafeMutableRawBufferPointer
    ) -> ConnectionID

    /// The peer retired `id`: it leads nowhere from now on.
    func retireConnectionID(_ id: ConnectionID, of connection: Connection)

    /// The handshake is complete: the application may use the connection.
    func handshakeCompleted(_ connection: Connection)

    /// The client came by another address, which is valid: a token for it would be of use (RFC 9000 §8.1.3). To a server's.
    func validated(_ address: SocketAddress, of connection: Connection)

    /// The connection is over, its closing or draining period included (RFC 9000 §10.2), and holds nothing
    /// any more.
    func ended(_ connection: Connection)
}
