/// What a client keeps of a connection for its next one to the same server.
package struct Resumption: Hashable, Sendable {
    /// A TLS session as OpenSSL writes it; nil: the server made none.
    package var session: [UInt8]?
    /// A token that shows the server the client's address (NEW_TOKEN, RFC 9000 §8.1.3); empty: it gave none.
    package var token: [UInt8] = []

    package init() {}
}
