import ArgumentParser
import Control
import Drover
import TestSupport
import Testing

@testable import DroverCLI
@testable import Settings

@Suite struct PoolSettingsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func options(
        _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> PoolOptions {
        try PoolSettings(arguments: arguments, environment: environment).options()
    }

    /// For a value, a list and a flag alike.
    @Test func thePrecedenceIsThatOfPoolOptions() throws {
        let path = try directory.file(
            "drover.yaml",
            """
            dev-cert: true
            idle-timeout: 1m
            listen: [127.0.0.1:1, 127.0.0.1:2]
            disable-active-migration: true
            """)
        let environment = [
            "DROVER_IDLE_TIMEOUT": "2m", "DROVER_LISTEN": "127.0.0.1:3,[::1]:4",
            "DROVER_DISABLE_ACTIVE_MIGRATION": "false",
        ]
        let defaults = try options(["--dev-cert"])
        #expect(defaults.transport.idleTimeout == .seconds(30))
        #expect(defaults.listen == ["127.0.0.1:4433"])
        #expect(defaults.transport.allowsActiveMigration)

        let ofFile = try options(["--config", path])
        #expect(ofFile.transport.idleTimeout == .seconds(60))
        #expect(ofFile.listen == ["127.0.0.1:1", "127.0.0.1:2"])
        #expect(!ofFile.transport.allowsActiveMigration)

        let ofEnvironment = try options(["--config", path], environment)
        #expect(ofEnvironment.transport.idleTimeout == .seconds(120))
        #expect(ofEnvironment.listen == ["127.0.0.1:3", "[::1]:4"])
        #expect(ofEnvironment.transport.allowsActiveMigration)

        let arguments = [
            "--config", path, "--idle-timeout", "3m", "--listen", "[::1]:5", "--disable-active-migration",
        ]
        let ofFlags = try options(arguments, environment)
        #expect(ofFlags.transport.idleTimeout == .seconds(180))
        #expect(ofFlags.listen == ["[::1]:5"])
        #expect(!ofFlags.transport.allowsActiveMigration)
    }

    /// A running pool asks again.
    @Test func theFileIsReadAnewEachTime() throws {
        let path = try directory.file("drover.yaml", "idle-timeout: 1m\n")
        let arguments = ["--dev-cert", "--config", path]
        #expect(try options(arguments).transport.idleTimeout == .seconds(60))
        _ = try directory.file("drover.yaml", "idle-timeout: 2m\n")
        #expect(try options(arguments).transport.idleTimeout == .seconds(120))
        _ = try directory.file("drover.yaml", "idle-timeout: 2\u{0}m\n")
        #expect(throws: StartupFailure.self) { try options(arguments) }
    }

    @Test(
        arguments: [
            ("idle-timeout: 3x", 1, "idle-timeout: ", "give a time such as 30s"),
            ("\nlisten: [127.0.0.1:1, nowhere]", 2, "listen: ", "give an IP address and a port"),
            ("streams: -1", 1, "streams: ", "-1"), ("batch: 1.5", 1, "batch: ", "1.5"),
            ("streams: '--dev-cert'", 1, "streams: ", "--dev-cert"),
            ("connection-ids: plaintext\nconnection-id-key: /nonexistent", 2, "connection-id-key", "ENOENT"),
            ("reset-secret-file: /nonexistent", 1, "reset-secret-file", "ENOENT"),
            ("psk-file: /nonexistent", 1, "psk-file", "ENOENT"),
            ("cert: x", 1, "cert: ", "it has no private key"),
            ("client-ca: x", 1, "client-ca: ", "clients are asked for no certificates"),
        ])
    func aWrongValueOfTheFileIsNamed(text: String, line: Int, key: String, why: String) throws {
        let path = try directory.file("drover.yaml", text)
        let certificate = text.hasPrefix("cert:") ? [] : ["--dev-cert"]
        let failure = #expect(throws: StartupFailure.self) { try options(certificate + ["--config", path]) }
        #expect(failure?.exitStatus == 78)
        let description = failure?.description ?? ""
        #expect(
            description.hasPrefix("\(path):\(line): \(key)") && description.contains(why), "\(description)")
    }

    @Test func aWrongValueOfTheEnvironmentIsNamed() {
        let failure = #expect(throws: StartupFailure.self) {
            try options(["--dev-cert"], ["DROVER_BATCH": "x"])
        }
        #expect(failure?.what == "environment DROVER_BATCH")
        #expect(failure?.exitStatus == 78)
    }

    /// What tests, their scripts and the pool itself have there.
    @Test func otherVariablesOfTheSameBeginningAreNoSettings() throws {
        let names = [
            WorkerChannel.environmentVariable, "DROVER_BINARY", "DROVER_H3_ECHO_BINARY", "DROVER_TEST_PYTHON",
            "DROVER_ROTATING_ECHO_BINARY", "DROVER_INITIAL_FLOOD_BINARY", "DROVER_VISITOR_BINARY",
            "DROVER_EMBEDDED_BINARY",
            "DROVER_REQUIRE_ALL", "DROVER_FUZZ_TARGET",
        ]
        let environment = Dictionary(uniqueKeysWithValues: names.map { ($0, "x") })
        #expect(try options(["--dev-cert"], environment).listen == ["127.0.0.1:4433"])
    }

    /// The help is the one place that says what a default is; here is what holds it to the truth.
    @Test(arguments: PoolSettings.table.filter { $0.kind != .flag })
    func theHelpTellsTheDefault(setting: Setting) throws {
        // Prose, and paths that depend on the user.
        guard !["none", "no limit", "never"].contains(setting.defaultText),
            !setting.defaultText.contains(","), !setting.defaultText.contains("makes its own")
        else { return }
        let value: SettingValue =
            setting.kind == .list ? .list([setting.defaultText]) : .text(setting.defaultText)
        #expect(
            try Self.text(of: options(["--dev-cert"] + setting.arguments(value)))
                == Self.text(of: options(["--dev-cert"])))
    }

    /// Whatever comes before can be taken back.
    @Test(arguments: PoolSettings.table.filter { $0.kind == .flag }, [true, false])
    func aFlagCanBeSetAndNot(setting: Setting, isSet: Bool) throws {
        let path = try directory.file("drover.yaml", "\(setting.name): \(isSet)\n")
        let settings = try PoolSettings(arguments: ["--config", path], environment: [:]).settings
        #expect(settings[setting.name]?.value == .flag(isSet))
    }

    private static let defaults = try? text(
        of: PoolSettings(arguments: ["--dev-cert"], environment: [:]).options())

    private static func text(of options: PoolOptions) -> String {
        var text = ""
        dump(options, to: &text)
        return text
    }

    /// What any setting may be in a file is taken or refused, and never a trap.
    @Test(arguments: PoolSettings.table.filter { $0.name != Settings.file })
    func anyTextIsTakenOrRefused(setting: Setting) throws {
        let texts = ["", "--dev-cert", "\u{0}\n９s%n", String(repeating: "9", count: 5_000)]
        for text in texts {
            let given = Settings.Given(
                setting: setting,
                value: setting.kind == .list
                    ? .list([text]) : setting.kind == .flag ? .flag(true) : .text(text),
                origin: .file("x", line: 1))
            // For a flag, and what is a text, all is well.
            _ = try? PoolArguments.parse(given.arguments)
        }
    }
}
