import Testing

@testable import Settings

@Suite struct YAMLMappingTests {
    private static func parse(_ text: String) throws -> [YAMLMapping.Entry] {
        try YAMLMapping(parsing: Array(text.utf8)).entries
    }

    /// Numbers and Booleans are what they are written as: a host ID of `00` has two digits, and `off` is a word.
    @Test func aTextIsAsItIsWritten() throws {
        let entries = try Self.parse(
            """
            # a comment
            host-id: 00
            gso: off

            stop-reason: 'it''s: over'
            alpn: [echo, "h\\u00e9"]
            listen:
              - 127.0.0.1:4433
              - "[::1]:4433"
            keep-alive: ~
            """)
        let values = [
            ("host-id", YAMLMapping.Value.text("00", isNull: false), 2),
            ("gso", .text("off", isNull: false), 3),
            ("stop-reason", .text("it's: over", isNull: false), 5),
            ("alpn", .list(["echo", "hé"]), 6),
            ("listen", .list(["127.0.0.1:4433", "[::1]:4433"]), 7),
            ("keep-alive", .text("~", isNull: true), 10),
        ]
        #expect(entries == values.map { YAMLMapping.Entry(key: $0, value: $1, line: $2) })
    }

    @Test func jsonIsYAML() throws {
        let entries = try Self.parse(
            "{\n\t\"workers\": 4,\n\t\"listen\": [\"a\", \"b\\/c\"], \"gso\": null\n}\n")
        #expect(entries.map(\.key) == ["workers", "listen", "gso"])
        #expect(
            entries.map(\.value) == [
                .text("4", isNull: false), .list(["a", "b/c"]), .text("null", isNull: true),
            ])
        #expect(entries.map(\.line) == [2, 3, 3])
    }

    @Test(arguments: ["", "\n", "# nothing", "---\n", "---\n...\n", "{}"])
    func nothingIsNoSetting(text: String) throws {
        #expect(try Self.parse(text).isEmpty)
    }

    @Test(
        arguments: [
            ("text", 1), ("[a]", 1), ("a: 1\nb:\n  c: 1", 3), ("a: [[1]]", 1), ("a: [{b: 1}]", 1),
            ("? [a]\n: 1", 1), ("a: &x 1", 1), ("a: 1\nb: *a", 2), ("&x a: 1", 1), ("a: !!int 1", 1),
            ("a: [*x]", 1), ("a: 1\n---\nb: 2", 2), ("a: 'b", 1), ("a: 1\n b: 2", 2), ("\u{1}: 2", 1),
            ("a: 1\n\tb: 2", 2), ("{\"a\": 1", 1),
        ])
    func whatIsNoListOfNamesIsRefused(text: String, line: Int) {
        let fault = #expect(throws: YAMLFault.self) { try Self.parse(text) }
        #expect((line...line + 1).contains(fault?.line ?? 0), "\(String(describing: fault))")
    }

    /// Ten lists, each of ten times the one before.
    private static let laughs = (0..<10).map { level in
        let element = level == 0 ? "lol" : "*l\(level - 1)"
        return "l\(level): &l\(level) [\(Array(repeating: element, count: 10).joined(separator: ", "))]"
    }.joined(separator: "\n")

    /// Documents that cost much more than they are long, where a reader builds all that they say.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            laughs,
            "a: " + String(repeating: "[", count: 1 << 20),
            String(repeating: "{a: ", count: 1 << 18),
            String(repeating: "? ", count: 1 << 19),
            String(repeating: "- ", count: 1 << 19),
            String(repeating: "a", count: 1 << 20),
            "a: \"" + String(repeating: "\\", count: 1 << 20),
        ])
    func whatIsSmallAndMeansMuchIsRefusedAtOnce(text: String) {
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(throws: YAMLFault.self) { try Self.parse(text) }
        }
        #expect(time < .seconds(5), "\(time)")
    }
}
