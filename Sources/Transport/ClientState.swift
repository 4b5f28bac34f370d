package import EventLoop

/// What a client's end of a connection has, and a server's has not.
package final class ClientState {
    /// What the client can begin its next connection with.
    package internal(set) var resumption = Resumption()
    /// Whether it knows that the server has its Finished (RFC 9001 §4.1.2).
    package internal(set) var isConfirmed = false
    /// What became of its last attempt to move; nil while it is under way.
    package internal(set) var isMoveValid: Bool?
    /// Wakes those who wait for any of that, for the handshake, or for the end.
    package let changed = Condition()
}

/// What a client keeps of a connection for its next one to the same server.
package struct Resumption: Hashable, Sendable {
    /// A TLS session as OpenSSL writes it; nil: the server made none.
    package var session: [UInt8]?
    /// A token that shows the server the client's address (NEW_TOKEN, RFC 9000 §8.1.3); empty: it gave none.
    package var token: [UInt8] = []

    package init() {}
}
