import ArgumentParser
import Control

/// Which pool of this host a command is about.
struct RunDirectoryOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The pool's run directory. (default: /run/drover, or below XDG_RUNTIME_DIR)",
            valueName: "directory"),
        completion: .directory,
        transform: Parsing.directory)
    var runDir: String?

    /// - Parameter waits: whether an answer may take as long as it likes.
    func connect(waits: Bool = false) throws(StartupFailure) -> ControlConnection {
        try ControlConnection(
            runDirectory: runDir ?? ControlPath.defaultRunDirectory,
            timeout: waits ? nil : ControlConnection.usualTimeout)
    }
}
