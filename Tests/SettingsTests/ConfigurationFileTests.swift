import Control
import Testing

@testable import Settings

@Suite struct ConfigurationFileTests {
    static let table = [
        Setting("idle-timeout", .value, default: "30s"), Setting("listen", .list, default: "none"),
        Setting("dev-cert", .flag, default: "false"),
    ]

    private static func read(_ text: String) throws -> [ConfigurationFile.Entry] {
        try ConfigurationFile(Array(text.utf8), path: "drover.yaml", table).entries
    }

    @Test func valuesAreOfTheSettingsKind() throws {
        let entries = try Self.read("listen: 127.0.0.1:1\ndev-cert: false\nidle-timeout: 3s\n")
        #expect(entries.map(\.value) == [.list(["127.0.0.1:1"]), .flag(false), .text("3s")])
        #expect(entries.map(\.line) == [1, 2, 3])
        #expect(try Self.read("listen: []").map(\.value) == [.list([])])
    }

    @Test(
        arguments: [
            (
                "idle-timeut: 3s",
                "drover.yaml:1: idle-timeut: there is no such setting; did you mean idle-timeout?"
            ),
            ("listne: x", "drover.yaml:1: listne: there is no such setting; did you mean listen?"),
            (
                "completely-else: x",
                "drover.yaml:1: completely-else: there is no such setting; see drover check --all"
            ),
            ("a: 1\nlisten: x\n", "drover.yaml:1: a: there is no such setting; see drover check --all"),
            ("idle-timeout: [1s]", "drover.yaml:1: idle-timeout: it has a list; give one value"),
            ("idle-timeout:", "drover.yaml:1: idle-timeout: it has no value; give one, or drop it"),
            ("\ndev-cert: yes", "drover.yaml:2: dev-cert: it is neither true nor false; give one of them"),
            ("dev-cert: [true]", "drover.yaml:1: dev-cert: it is neither true nor false; give one of them"),
            (
                "listen: a\nlisten: b",
                "drover.yaml:2: listen: line 1 has set it; drop one of them"
            ),
            ("listen: \"a\\0\"", "drover.yaml:1: listen: it has an octet that is zero; no value has one"),
            (
                "listen: {}",
                "drover.yaml:1: a value has names of its own; write names and values as YAML or JSON, such as workers: 4"
            ),
        ])
    func whatIsWrongIsNamed(text: String, line: String) {
        let failure = #expect(throws: StartupFailure.self) { try Self.read(text) }
        #expect(failure?.description == line)
        #expect(failure?.exitStatus == 78)
    }

    /// A key of any length costs little, and fills no terminal.
    @Test func aLongKeyIsShortened() {
        let failure = #expect(throws: StartupFailure.self) {
            try Self.read("\"\(String(repeating: "idle-timeout", count: 50_000))\": 1")
        }
        #expect(failure.map { $0.description.count < 200 } == true)
    }

    @Test func aFileThatIsTooLongIsRefused() {
        let failure = #expect(throws: StartupFailure.self) {
            try ConfigurationFile(reading: "/dev/zero", namedBy: "--config", Self.table)
        }
        #expect(failure?.exitStatus == 78)
        #expect(failure?.what == "--config /dev/zero")
    }
}
