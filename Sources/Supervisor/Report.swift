import Control
import Linux

/// What the supervisor tells its operator, a line each.
enum Report {
    /// An event that somebody looking for a cause wants to see.
    static func notice(_ text: String) {
        StandardStream.error.write(line: "drover: \(text)")
    }

    static func notice(_ failure: StartupFailure) {
        notice(failure.description)
    }

    /// What a script waits for.
    static func announce(_ text: String) {
        StandardStream.output.write(line: "drover: \(text)")
    }
}
