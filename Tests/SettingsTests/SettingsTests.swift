import Control
import TestSupport
import Testing

@testable import Settings

@Suite struct SettingsTests {
    private static let table =
        [Setting("config", .value, default: "none"), Setting("key-log", .value, default: "none")]
        + ConfigurationFileTests.table

    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = try directory.file(
            "drover.yaml", "dev-cert: false\nlisten: [file-1, file-2]\nidle-timeout: 1s\n")
    }

    private func settings(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Settings {
        try Settings(
            Self.table, arguments: arguments, environment: environment,
            sharedVariables: ["SSLKEYLOGFILE": "key-log"])
    }

    private static let environment = [
        "DROVER_IDLE_TIMEOUT": "2s", "DROVER_LISTEN": "environment-1, environment-2",
        "DROVER_DEV_CERT": "true",
    ]
    private static let arguments = [
        "--idle-timeout", "3s", "--listen=flag-1", "--listen", "flag-2", "--no-dev-cert",
    ]

    /// For a value, a list and a flag alike.
    @Test func theCommandLineComesFirstThenTheEnvironmentThenTheFile() throws {
        let config = ["--config", path]
        #expect(try settings([]).given.isEmpty)

        let file = try settings(config)
        #expect(file["idle-timeout"]?.value == .text("1s"))
        #expect(file["idle-timeout"]?.origin == .file(path, line: 3))
        #expect(file["listen"]?.value == .list(["file-1", "file-2"]))
        #expect(file["dev-cert"]?.value == .flag(false))
        #expect(file["dev-cert"]?.origin == .file(path, line: 1))

        let environment = try settings(config, Self.environment)
        #expect(environment["idle-timeout"]?.value == .text("2s"))
        #expect(environment["idle-timeout"]?.origin == .environment("DROVER_IDLE_TIMEOUT"))
        #expect(environment["listen"]?.value == .list(["environment-1", "environment-2"]))
        #expect(environment["dev-cert"]?.value == .flag(true))

        let arguments = try settings(config + Self.arguments, Self.environment)
        #expect(arguments["idle-timeout"]?.value == .text("3s"))
        #expect(arguments["listen"]?.value == .list(["flag-1", "flag-2"]))
        #expect(arguments["dev-cert"]?.value == .flag(false))
        #expect(arguments.given.allSatisfy { $0.origin == .flag })
    }

    @Test func theEnvironmentMayNameTheFile() throws {
        let settings = try settings([], ["DROVER_CONFIG": path])
        #expect(settings["idle-timeout"]?.value == .text("1s"))
        #expect(settings["config"]?.origin == .environment("DROVER_CONFIG"))
    }

    @Test func aFileNamesNoOther() throws {
        _ = try directory.file("drover.yaml", "config: other.yaml\n")
        let failure = #expect(throws: StartupFailure.self) { try settings(["--config", path]) }
        #expect(failure?.what == "\(path):1: config")
    }

    @Test func ofAnOptionGivenTwiceTheLastCounts() throws {
        let settings = try settings([
            "--idle-timeout", "1s", "--dev-cert", "--idle-timeout=2s", "--no-dev-cert",
        ])
        #expect(settings["idle-timeout"]?.value == .text("2s"))
        #expect(settings["dev-cert"]?.value == .flag(false))
    }

    /// What the command has of its own is none of the settings.
    @Test func otherArgumentsAreSkipped() throws {
        let settings = try settings([
            "file.yaml", "--all", "--json", "--idle-timeout", "1s", "--", "--listen", "x",
        ])
        #expect(settings.given.map(\.setting.name) == ["idle-timeout"])
    }

    @Test func whatIsGivenBecomesArguments() throws {
        let settings = try settings(["--listen", "", "--listen=--a=b", "--idle-timeout=", "--no-dev-cert"])
        #expect(
            settings.arguments == ["--idle-timeout", "", "--listen", "", "--listen=--a=b", "--no-dev-cert"])
    }

    @Test func anEmptyVariableSetsNothing() throws {
        #expect(
            try settings([], ["DROVER_LISTEN": "", "DROVER_CONFIG": "", "DROVER_IDEL_TIMEOUT": ""]).given
                .isEmpty)
    }

    @Test func aVariableOfOtherProgramsComesAfterThePoolsOwn() throws {
        #expect(try settings([], ["SSLKEYLOGFILE": "a"])["key-log"]?.origin == .environment("SSLKEYLOGFILE"))
        let both = try settings([], ["SSLKEYLOGFILE": "a", "DROVER_KEY_LOG": "b"])
        #expect(both["key-log"]?.value == .text("b"))
    }

    @Test func aVariableThatIsNearlyOneIsNamed() throws {
        let failure = #expect(throws: StartupFailure.self) { try settings([], ["DROVER_IDEL_TIMEOUT": "1s"]) }
        #expect(
            failure?.description
                == "environment DROVER_IDEL_TIMEOUT: there is no such setting; did you mean DROVER_IDLE_TIMEOUT?"
        )
        #expect(failure?.exitStatus == 78)
    }

    @Test func aVariableThatIsNeitherTrueNorFalseIsNamed() throws {
        let failure = #expect(throws: StartupFailure.self) {
            try settings([], ["DROVER_DEV_CERT": "perhaps"])
        }
        #expect(failure?.what == "environment DROVER_DEV_CERT")
    }

    @Test func aFailureIsToldByWhoSetTheOption() throws {
        let settings = try settings(["--config", path, "--listen", "flag"], ["DROVER_DEV_CERT": "true"])
        func attributed(_ what: String, _ category: StartupFailure.Category = .usage) -> StartupFailure {
            settings.attributed(StartupFailure(category, what, why: "why", remedy: "remedy"))
        }
        #expect(attributed("--idle-timeout 0s").description == "\(path):3: idle-timeout 0s: why; remedy")
        #expect(attributed("--idle-timeout 0s").category == .configuration)
        #expect(attributed("--idle-timeout", .permission).category == .permission)
        #expect(attributed("--dev-cert").what == "environment DROVER_DEV_CERT")
        for what in ["--listen flag", "--key-log", "idle-timeout", "certificate x"] {
            #expect(attributed(what).what == what)
            #expect(attributed(what).category == .usage)
        }
    }

    @Test(
        arguments: [
            ("", "", 0), ("abc", "abc", 0), ("", "abc", 3), ("abc", "acb", 1), ("idle", "idel", 1),
            ("kitten", "sitting", 3), ("a", "b", 1),
        ])
    func distances(first: String, second: String, distance: Int) {
        #expect(Suggestion.distance(first, second) == distance)
        #expect(Suggestion.distance(second, first) == distance)
    }
}
