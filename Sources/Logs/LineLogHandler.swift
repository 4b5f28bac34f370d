internal import Control
internal import Linux
internal import Logging

/// Writes lines to standard error.
struct LineLogHandler: LogHandler {
    private enum Form {
        case text
        case journalText
        case json
    }

    private let form: Form
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(_ options: LogOptions) {
        form =
            switch options.format {
            case .text: Journal.isStandardError ? .journalText : .text
            case .json: .json
            }
        logLevel = Logger.Level(options.level)
    }

    subscript(metadataKey name: String) -> Logger.MetadataValue? {
        get { metadata[name] }
        set { metadata[name] = newValue }
    }

    func log(event: LogEvent) {
        var metadata = metadata
        if let error = event.error { metadata["error"] = "\(error)" }
        metadata.merge(event.metadata ?? [:]) { $1 }
        let line = LogLine("\(event.message)", level: event.level, metadata: metadata, time: .now)
        switch form {
        case .text: StandardStream.error.write(line: line.text)
        case .journalText: StandardStream.error.write(line: line.journalText)
        case .json: StandardStream.error.write(line: line.json)
        }
    }
}

extension Logger.Level {
    fileprivate init(_ level: LogOptions.Level) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            }
    }
}
