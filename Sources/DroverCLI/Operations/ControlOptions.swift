import ArgumentParser
import Control

/// How a command reaches the pool, and how it prints what it is told.
struct ControlOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The pool's run directory. (default: /run/drover, or below XDG_RUNTIME_DIR)",
            valueName: "directory"),
        transform: Parsing.directory)
    var runDir: String?

    @Flag(help: "Print the pool's answer as it came, in JSON.")
    var json = false

    /// Asks the pool.
    ///
    /// - Returns: the answer and the line it came in.
    func ask(_ request: ControlRequest) throws -> (answer: ControlAnswer, line: String) {
        let connection = try ControlConnection(runDirectory: runDir ?? ControlPath.defaultRunDirectory)
        let (answer, line) = try connection.ask(request)
        if case .error(let failure) = answer { throw failure }
        return (answer, line)
    }
}
