/// A TLS alert description (RFC 8446 §6).
package struct TLSAlert: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let unexpectedMessage = TLSAlert(rawValue: 10)
    package static let illegalParameter = TLSAlert(rawValue: 47)
    package static let internalError = TLSAlert(rawValue: 80)
    package static let missingExtension = TLSAlert(rawValue: 109)
    package static let noApplicationProtocol = TLSAlert(rawValue: 120)
}
