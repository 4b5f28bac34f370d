private import JSONText
package import Linux
package import Logging

/// A line of the log: a static message, and what it is about as metadata. Values may have a peer's text in them: none
/// breaks the line, has a terminal do something, or makes it grow without bound.
package struct LogLine {
    /// What is told of a value, in octets of UTF-8. Escaping makes six of one at most, so that a line with one long value
    /// goes into a pipe as a whole, between those of other processes (PIPE_BUF, pipe(7)).
    package static let maximumValueLength = 512

    private let time: WallTime
    private let level: Logger.Level
    private let message: String
    /// In the order of their names.
    private let metadata: [(name: String, value: JSON)]

    package init(_ message: String, level: Logger.Level, metadata: Logger.Metadata, time: WallTime) {
        self.time = time
        self.level = level
        self.message = message
        self.metadata = metadata.sorted { $0.key < $1.key }.map { ($0.key, Self.json($0.value)) }
    }

    /// `drover: message name=value …`; values that are not plain are JSON strings.
    package var text: String {
        metadata.reduce("drover: \(message)") { "\($0) \($1.name)=\(Self.text($1.value))" }
    }

    /// As `text`, in the journal's form: the priority comes first (sd-daemon(3), syslog(3)).
    package var journalText: String { "<\(level.priority)>\(text)" }

    /// A JSON object with the members `time`, `level` and `message`, and the metadata's.
    package var json: String {
        let head = [
            JSON.Member("time", .string(time.rfc3339)), JSON.Member("level", .string(level.rawValue)),
            JSON.Member("message", .string(message)),
        ]
        return JSON.object(head + metadata.map { JSON.Member($0.name, $0.value) }).line
    }

    private static func text(_ value: JSON) -> String {
        guard case .string(let text) = value, isPlain(text) else { return value.line }
        return text
    }

    /// Whether nobody can take the text for something else.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { octet in
                (0x21...0x7e).contains(octet) && octet != UInt8(ascii: "\"") && octet != UInt8(ascii: "=")
                    && octet != UInt8(ascii: "\\")
            }
    }

    private static func json(_ value: Logger.MetadataValue) -> JSON {
        switch value {
        case .string(let text): .string(shortened(text))
        case .stringConvertible(let value):
            (value as? any BinaryInteger).flatMap { Int(exactly: $0) }.map(JSON.number)
                ?? .string(shortened(value.description))
        case .array(let values): .array(values.map(json))
        case .dictionary(let values):
            .object(values.sorted { $0.key < $1.key }.map { JSON.Member($0.key, json($0.value)) })
        }
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > maximumValueLength else { return text }
        return text[..<text.utf8.index(text.startIndex, offsetBy: maximumValueLength)] + "…"
    }
}

extension Logger.Level {
    /// syslog(3)
    fileprivate var priority: Int {
        switch self {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
