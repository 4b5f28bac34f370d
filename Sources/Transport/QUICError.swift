/// Why a connection or a stream cannot do what was asked of it.
public struct QUICError: Error, Hashable, Sendable {
    /// The kind of error. More may come; match with a default.
    public struct Code: Hashable, Sendable {
        private enum Value {
            case closedLocally
            case closedByPeer
            case timedOut
            case statelessReset
            case versionNotSupported
            case migrationNotPossible
            case protocolViolated
            case streamReset
            case sendingStopped
            case streamClosed
            case datagramsNotSupported
            case datagramTooLong
        }
        private let value: Value

        /// This side closed the connection.
        public static let closedLocally = Code(value: .closedLocally)
        /// The peer closed the connection; `applicationCode` is its code if its application did.
        public static let closedByPeer = Code(value: .closedByPeer)
        /// Nothing was heard of the peer for the idle timeout, or the handshake took too long.
        public static let timedOut = Code(value: .timedOut)
        /// The peer does not know the connection any more (RFC 9000 §10.3).
        public static let statelessReset = Code(value: .statelessReset)
        /// The server speaks no version of QUIC that the client does (RFC 9000 §6).
        public static let versionNotSupported = Code(value: .versionNotSupported)
        /// The client cannot move to another address: it is too early, or the server forbids it, or nothing comes
        /// through (RFC 9000 §9).
        public static let migrationNotPossible = Code(value: .migrationNotPossible)
        /// The connection ended in a protocol error that this side found.
        public static let protocolViolated = Code(value: .protocolViolated)
        /// The peer reset the stream, RESET_STREAM (RFC 9000 §3.2), with `applicationCode`.
        public static let streamReset = Code(value: .streamReset)
        /// The peer wants no more data, STOP_SENDING (RFC 9000 §3.5).
        public static let sendingStopped = Code(value: .sendingStopped)
        /// The stream has no such direction, or this side ended it.
        public static let streamClosed = Code(value: .streamClosed)
        /// The peer takes no DATAGRAM frames (RFC 9221 §3).
        public static let datagramsNotSupported = Code(value: .datagramsNotSupported)
        /// The peer takes no DATAGRAM frame so long, or the path carries none.
        public static let datagramTooLong = Code(value: .datagramTooLong)
    }

    public let code: Code
    /// The application's error code that came with it, a 62-bit integer.
    public let applicationCode: UInt64?
    /// QUIC's own error code that came with it (RFC 9000 §20.1); 0 is no error.
    public let transportCode: UInt64?
    /// What was said with it, for people. It may be the peer's text.
    public let reason: String

    package init(
        _ code: Code, applicationCode: UInt64? = nil, transportCode: UInt64? = nil, reason: String = ""
    ) {
        self.code = code
        self.applicationCode = applicationCode
        self.transportCode = transportCode
        self.reason = reason
    }
}

extension QUICError.Code: CustomStringConvertible {
    public var description: String { "\(value)" }
}

extension QUICError: CustomStringConvertible {
    public var description: String {
        var text = "\(code)"
        if let applicationCode { text += " (application code \(applicationCode))" }
        if let transportCode { text += " (transport code 0x\(String(transportCode, radix: 16)))" }
        if !reason.isEmpty { text += ": \(reason)" }
        return text
    }
}
