import ArgumentParser
import Drover
private import Glibc
import Linux

/// `drover`
struct DroverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drover",
        abstract: "A QUIC listener pool for one Linux host.",
        version: "0.1.0",
        subcommands: [Serve.self])

    /// As `main`, but an error is one line, `drover: <what>: <why>; <what to do>`, and its exit status says
    /// of what kind it is.
    static func mainInOneLine() -> Never {
        do {
            var command = try parseAsRoot()
            try command.run()
            Glibc.exit(0)
        } catch let failure as PoolFailure {
            fail("\(failure)", status: failure.exitStatus)
        } catch {
            // Help that was asked for is no error.
            guard exitCode(for: error) != .success else { exit(withError: error) }
            fail("\(oneLine(message(for: error))); see drover serve --help", status: EX_USAGE)
        }
    }

    private static func fail(_ line: String, status: Int32) -> Never {
        StandardStream.error.write(line: "drover: \(line)")
        Glibc.exit(status)
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
