/// What a server is to be in TLS.
package struct ServerOptions: Sendable {
    /// The host's certificates; the first is for clients that name none of them.
    package var credentials: [CredentialsSource]
    /// ALPN names in the order of preference (RFC 7301).
    package var applicationProtocols: [String]
    /// The keys of session tickets, newest first, `ServerContext.ticketKeyLength` octets each: servers with the same ones
    /// accept each other's tickets.
    package var ticketKeys: [[UInt8]]
    package var clientCertificates = ClientCertificates.off
    /// External pre-shared keys (RFC 8446 §4.2.11) by their identities: of 16 to 64 octets each, for
    /// TLS_AES_128_GCM_SHA256, always with a key exchange (psk_dhe_ke).
    package var preSharedKeys: [[UInt8]: [UInt8]] = [:]
    /// Asked, in every handshake, for the certificate for the name that the client wants (RFC 6066 §3); nil: the one of
    /// `credentials` that covers it.
    package var selectCredentials: (@Sendable (String) -> CredentialsSource?)?
    /// Asked for the pre-shared key of an identity that the table has not; nil: there is none.
    package var preSharedKey: (@Sendable ([UInt8]) -> [UInt8]?)?
    /// Given each line of the key log, without its end (SSLKEYLOGFILE).
    package var keyLog: (@Sendable (UnsafeRawBufferPointer) -> Void)?

    package init(
        credentials: [CredentialsSource], applicationProtocols: [String], ticketKeys: [[UInt8]]
    ) {
        self.credentials = credentials
        self.applicationProtocols = applicationProtocols
        self.ticketKeys = ticketKeys
    }
}

/// Whether clients show certificates, and who has to have signed them: certificates in PEM.
package enum ClientCertificates: Hashable, Sendable {
    case off
    /// A client may show none; one that is no good ends its handshake.
    case optional(authorities: [UInt8])
    case required(authorities: [UInt8])
}

/// A certificate chain, the host's own first, and its private key, not encrypted: each in PEM or in DER.
package struct CredentialsSource: Hashable, Sendable {
    package let chain: [UInt8]
    package let privateKey: [UInt8]

    package init(chain: [UInt8], privateKey: [UInt8]) {
        self.chain = chain
        self.privateKey = privateKey
    }
}
