package import TLS

/// What an application decides in each handshake.
package struct TLSCallbacks: Sendable {
    /// The certificate for the host that a client names; nil: the pool's own that covers it.
    package var selectCredentials: (@Sendable (String) -> CredentialsSource?)?
    /// The pre-shared key of an identity that the pool's table has not; nil: there is none.
    package var preSharedKey: (@Sendable ([UInt8]) -> [UInt8]?)?

    package init() {}
}
