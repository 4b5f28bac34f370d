import ArgumentParser
import Control
import Drover
private import Glibc
import Linux

/// `drover`
struct DroverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drover",
        abstract: "A QUIC listener pool for one Linux host.",
        discussion: """
            Exit status: 0, all is well; 64, the command line is wrong; 65, the data that it gives is; 69, no pool runs \
            there, or something else that is needed is not to be had; 70, drover itself is at fault; 75, it cannot be \
            done now, try again; 77, a permission is missing; 78, the configuration is wrong.
            """,
        version: Release.version,
        subcommands: [
            Serve.self, Check.self, ShowStatus.self, Resize.self, Drain.self, Undrain.self, Restart.self,
            Reload.self, Upgrade.self, RotateKey.self, RotateSecrets.self, ListConnections.self,
            CloseConnection.self, StopPool.self, ExportLoadBalancerConfiguration.self,
            ConnectionIDCommand.self,
        ])

    /// As `main`, but an error is one line, `drover: <what>: <why>; <what to do>`, and its exit status says
    /// of what kind it is.
    static func mainInOneLine() -> Never {
        do {
            var command = try parseAsRoot()
            try command.run()
            Glibc.exit(0)
        } catch let failure as SetupFailure {
            fail("\(failure)", status: failure.exitStatus)
        } catch let failure as StartupFailure {
            fail("\(failure)", status: failure.exitStatus)
        } catch let failure as CommandFailure {
            fail("\(failure)", status: failure.exitStatus)
        } catch {
            // Help that was asked for is no error.
            guard exitCode(for: error) != .success else { exit(withError: error) }
            fail("\(oneLine(message(for: error))); see \(invokedName) --help", status: EX_USAGE)
        }
    }

    /// The command that the arguments name: `drover cid decode`.
    private static var invokedName: String {
        var command: any ParsableCommand.Type = Self.self
        var name = command._commandName
        for argument in CommandLine.arguments.dropFirst() {
            let subcommands = command.configuration.subcommands
            guard let next = subcommands.first(where: { $0._commandName == argument }) else { break }
            command = next
            name += " \(argument)"
        }
        return name
    }

    private static func fail(_ line: String, status: Int32) -> Never {
        StandardStream.error.write(line: "drover: \(line)")
        Glibc.exit(status)
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
