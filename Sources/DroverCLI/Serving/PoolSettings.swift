import ArgumentParser
import Control
import Drover
private import FoundationEssentials
import Settings

/// What `drover serve` is told: by its command line, by the environment and by the file.
///
/// The options of the command line are the table of all settings. What the environment and the file say becomes a command
/// line, so that there is one way to read a value.
struct PoolSettings {
    static let table: [Setting] = HelpDump.settings(of: PoolArguments.self)

    /// What to know of settings, for the help of commands.
    static let discussion = """
        Each option can be set by a variable of the environment, too, as --idle-timeout by DROVER_IDLE_TIMEOUT, with \
        commas between several values; and by a line of the file that --config names, as idle-timeout: 30s. The command \
        line counts first, then the environment, then the file. drover check shows what is set, and by whom.
        """

    /// What this program was started with, behind its name and the command's.
    static var commandLine: [String] { Array(CommandLine.arguments.dropFirst(2)) }

    let settings: Settings
    private let arguments: PoolArguments

    /// Reads the file that the arguments or the environment name, as it is now.
    ///
    /// - Parameters:
    ///   - arguments: a command line that its parser has accepted, without the command.
    ///   - environment: all variables.
    init(
        arguments: [String] = commandLine, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        settings = try Settings(
            Self.table, arguments: arguments, environment: environment,
            sharedVariables: ["SSLKEYLOGFILE": "key-log"])
        do {
            self.arguments = try PoolArguments.parse(settings.arguments)
        } catch {
            // The parser has accepted the command line, so it is one of the others.
            for given in settings.given where given.origin != .flag { try Self.check(given) }
            throw error
        }
    }

    /// Throws where the value cannot be read, as what the command line would have been refused for.
    private static func check(_ given: Settings.Given) throws {
        do {
            _ = try PoolArguments.parse(given.arguments)
        } catch {
            throw StartupFailure(.configuration, given.subject, why: PoolArguments.message(for: error))
        }
    }

    /// What the pool is to be.
    func options() throws -> PoolOptions {
        try attributing { try arguments.options() }
    }

    /// The same, where a pool of it could start: what `PoolOptions.check` finds is thrown.
    func checkedOptions() throws -> PoolOptions {
        let options = try options()
        try attributing { try options.check() }
        return options
    }

    /// Calls `body`; what it throws of a setting says by whom that is set.
    func attributing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let failure as SetupFailure {
            throw settings.attributed(failure.failure)
        } catch let failure as StartupFailure {
            throw settings.attributed(failure)
        }
    }
}
