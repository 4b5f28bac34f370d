/// Why TLS cannot be set up: the environment's fault, never a peer's (see `HandshakeFailure`).
package struct TLSError: Error, Sendable {
    /// What kind of failure it is. Open: new codes may be added.
    package struct Code: Hashable, Sendable {
        private let name: String

        package static let unreadableCertificate = Code(name: "unreadableCertificate")
        package static let unreadablePrivateKey = Code(name: "unreadablePrivateKey")
        package static let keyMismatch = Code(name: "keyMismatch")
        package static let unusableCertificate = Code(name: "unusableCertificate")
        package static let invalidApplicationProtocol = Code(name: "invalidApplicationProtocol")
        package static let invalidTicketKeys = Code(name: "invalidTicketKeys")
        package static let invalidPreSharedKey = Code(name: "invalidPreSharedKey")
        package static let unreadableAuthorities = Code(name: "unreadableAuthorities")
        package static let invalidServerName = Code(name: "invalidServerName")
        package static let unsupportedLibrary = Code(name: "unsupportedLibrary")
        package static let missingAlgorithm = Code(name: "missingAlgorithm")
        /// OpenSSL failed where only exhausted memory or a broken installation makes it fail.
        package static let library = Code(name: "library")
    }

    package let code: Code
    /// What was tried, and on what.
    package let operation: String
    /// Why it failed, in OpenSSL's words where it has any.
    package let reason: String
    /// What to do about it.
    package let advice: String?

    init(_ code: Code, _ operation: String, _ reason: String, advice: String? = nil) {
        self.code = code
        self.operation = operation
        self.reason = reason
        self.advice = advice
    }
}

extension TLSError: CustomStringConvertible {
    package var description: String {
        let text = "tls: \(operation): \(reason)"
        guard let advice else { return text }
        return "\(text); \(advice)"
    }
}
