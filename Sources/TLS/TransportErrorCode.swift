/// A transport error code of QUIC (RFC 9000 §20.1), those that a handshake or its refusal can end with.
package struct TransportErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static let internalError = TransportErrorCode(rawValue: 0x01)
    package static let connectionRefused = TransportErrorCode(rawValue: 0x02)
    package static let transportParameterError = TransportErrorCode(rawValue: 0x08)
    package static let protocolViolation = TransportErrorCode(rawValue: 0x0a)
    package static let invalidToken = TransportErrorCode(rawValue: 0x0b)
    package static let cryptoBufferExceeded = TransportErrorCode(rawValue: 0x0d)
}
