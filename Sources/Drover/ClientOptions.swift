/// What a client is to be.
///
/// ```swift
/// var options = ClientOptions(applicationProtocols: ["echo"])
/// options.authorities = .file("dev-cert.pem")
/// ```
public struct ClientOptions: Sendable {
    /// Whose signature on a server's certificate counts.
    public enum Authorities: Hashable, Sendable {
        /// Those that the host trusts.
        case host
        /// Certificates in a PEM or DER file; a server's own, self-signed, is its own authority.
        case file(String)
        /// The same, as octets of PEM or DER.
        case octets([UInt8])
        /// Anybody's: the server may be anyone, and so may be who listens in. For tests.
        case any
    }

    /// The ALPN names that the client offers, in the order of preference (RFC 7301).
    public var applicationProtocols: [String]
    /// Default: the host's.
    public var authorities = Authorities.host
    /// What the client shows to a server that asks for a certificate; nil: nothing. Default: nil.
    public var certificate: PoolOptions.Certificate?
    /// What connections offer and allow themselves.
    public var transport = TransportOptions()
    /// Whether connections go on at the server's preferred address, where it has one (RFC 9000 §9.6). Default: yes.
    public var takesPreferredAddress = true
    /// A file that the secrets of all connections are added to, for tools such as Wireshark (SSLKEYLOGFILE); nil: none.
    /// Whoever reads it can decrypt the connections. Default: nil.
    public var keyLog: String?

    /// A file that what happens to connections is added to; see `PoolOptions.eventTrace`. Default: nil.
    public var eventTrace: String?

    public init(applicationProtocols: [String]) {
        self.applicationProtocols = applicationProtocols
    }
}
