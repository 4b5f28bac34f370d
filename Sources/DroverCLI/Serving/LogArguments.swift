import ArgumentParser
import Drover

/// What is logged to standard error, and how.
struct LogArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Log lines of text, or a JSON object a line: text or json. (default: text)",
            valueName: "text|json"),
        completion: .choices(of: LogOptions.Format.self),
        transform: Parsing.choice)
    var logFormat: LogOptions.Format?

    @Option(
        help: ArgumentHelp(
            "Log from this level on: trace, debug, info, notice, warning or error. (default: notice)",
            valueName: "level"),
        completion: .choices(of: LogOptions.Level.self),
        transform: Parsing.choice)
    var logLevel: LogOptions.Level?

    func apply(to options: inout LogOptions) {
        options.format = logFormat ?? options.format
        options.level = logLevel ?? options.level
    }
}
