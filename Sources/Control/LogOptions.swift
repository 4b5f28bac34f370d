/// How the pool logs, to standard error.
public struct LogOptions: Hashable, Sendable {
    public enum Format: String, CaseIterable, Sendable {
        /// `drover: message name=value …`, with the priority in front where standard error is the journal (sd-daemon(3)).
        case text
        /// A JSON object a line: `time` (RFC 3339, UTC), `level`, `message`, and what else is known by its names.
        case json
    }

    /// How much a line matters, the least first.
    public enum Level: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error
    }

    /// Default: text.
    public var format = Format.text
    /// Lines of lower levels are left out. Default: notice.
    public var level = Level.notice

    public init() {}
}

extension LogOptions: MessageFields {
    mutating func visit(_ fields: inout some FieldVisitor) throws(MalformedMessage) {
        try fields.visit(&format, "log format")
        try fields.visit(&level, "log level")
    }
}
