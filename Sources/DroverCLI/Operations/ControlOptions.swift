import ArgumentParser
import Control
import Linux

/// How a command reaches the pool, and how it prints what it is told.
struct ControlOptions: ParsableArguments {
    @OptionGroup var pool: RunDirectoryOption

    @Flag(help: "Print the pool's answer as it came, in JSON.")
    var json = false

    /// Asks the pool, and hands on each line of the answer.
    ///
    /// - Parameter waits: whether the answer may take as long as it likes.
    /// - Throws: the pool's error; what `body` throws.
    func ask(
        _ request: ControlRequest, waits: Bool = false, _ body: (ControlAnswer, _ line: String) throws -> Void
    ) throws {
        var connection = try pool.connect(waits: waits)
        try connection.send(request)
        while true {
            let (answer, line) = try connection.receive()
            if case .error(let failure) = answer { throw failure }
            try body(answer, line)
            if answer.isLast { return }
        }
    }

    /// Asks the pool for something that is done when the answer comes, and says so.
    func order(_ request: ControlRequest, done: String, waits: Bool = true) throws {
        try ask(request, waits: waits) { _, line in StandardStream.output.write(line: json ? line : done) }
    }

    /// Asks for more workers, fewer or others, and shows what becomes of it.
    func change(_ request: ControlRequest, waits: Bool) throws {
        try ask(request, waits: waits) { answer, line in
            StandardStream.output.write(line: json ? line : ChangeText.line(answer) ?? line)
        }
    }
}
