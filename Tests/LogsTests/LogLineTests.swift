import Linux
import Logging
import Logs
import Testing

struct LogLineTests {
    private static let time = WallTime(milliseconds: 1_770_091_506_789)

    private func line(_ metadata: Logger.Metadata, level: Logger.Level = .warning) -> LogLine {
        LogLine("worker replaced", level: level, metadata: metadata, time: Self.time)
    }

    @Test("text has the message, then the metadata in the order of names")
    func text() {
        let metadata: Logger.Metadata = [
            "worker": .number(123), "slot": .number(1 as UInt8), "reason": "exited",
        ]
        #expect(line(metadata).text == "drover: worker replaced reason=exited slot=1 worker=123")
        #expect(line([:]).text == "drover: worker replaced")
    }

    @Test("JSON has time, level and message, then the metadata; numbers are numbers")
    func json() {
        let metadata: Logger.Metadata = [
            "worker": .number(123), "slot": .number(1 as UInt8), "reason": "it hung",
        ]
        #expect(
            line(metadata).json == #"""
                {"time": "2026-02-03T04:05:06.789Z", "level": "warning", "message": "worker replaced", "reason": "it hung", "slot": 1, "worker": 123}
                """#)
    }

    /// syslog(3)
    @Test(
        "the journal gets a priority",
        arguments: [
            (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3),
            (.critical, 2),
        ])
    func priority(level: Logger.Level, priority: Int) {
        #expect(
            line(["slot": "1"], level: level).journalText == "<\(priority)>drover: worker replaced slot=1")
    }

    @Test(
        "a value that could be taken for something else is quoted",
        arguments: [
            ("", #""""#), ("two words", #""two words""#), ("a=b", #""a=b""#), (#"a"b"#, #""a\"b""#),
            (#"a\b"#, #""a\\b""#), ("one\ntwo", #""one\ntwo""#), ("a\r\nb", #""a\u000d\nb""#),
            ("a\tb", #""a\u0009b""#),
            ("a\0b", #""a\u0000b""#), ("\u{1b}[2J", #""\u001b[2J""#), ("\u{7f}", #""\u007f""#),
            ("\u{9b}2J", #""\u009b2J""#), ("a\u{2028}b\u{2029}", #""a\u2028b\u2029""#),
            ("\u{202e}gpj", #""\u202egpj""#), ("\u{e0001}", #""\udb40\udc01""#), ("é", #""é""#),
            (String(decoding: [0x61, 0xff, 0xc3], as: UTF8.self), "\"a\u{fffd}\u{fffd}\""),
        ])
    func quoting(value: String, expected: String) {
        #expect(line(["error": "\(value)"]).text == "drover: worker replaced error=\(expected)")
        #expect(line(["error": "\(value)"]).json.hasSuffix(#", "error": "# + quoted(expected) + "}"))
    }

    /// In JSON all strings are quoted.
    private func quoted(_ text: String) -> String { text.hasPrefix("\"") ? text : "\"\(text)\"" }

    @Test("whatever an octet is, a line stays one line of graphic characters")
    func octets() {
        for octet in UInt8.min...UInt8.max {
            let value = String(decoding: [0x61, octet, 0xc2, octet], as: UTF8.self)
            for text in [line(["error": "\(value)"]).text, line(["error": "\(value)"]).json] {
                #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
            }
        }
    }

    @Test("a long value is cut between characters")
    func length() {
        let limit = LogLine.maximumValueLength
        let whole = String(repeating: "x", count: limit)
        #expect(line(["error": "\(whole)"]).text.hasSuffix("error=\(whole)"))
        #expect(line(["error": "\(whole)y"]).text.hasSuffix("error=\"\(whole)…\""))
        // The limit is within é.
        let odd = "x" + String(repeating: "é", count: limit)
        #expect(line(["error": "\(odd)"]).text.hasSuffix("éé…\""))
        #expect(line(["error": "\(odd)"]).text.utf8.count <= limit + 64)
    }

    /// PIPE_BUF, pipe(7)
    @Test("a line with one long value goes into a pipe as a whole, however much of it is escaped")
    func longestLine() {
        let value = String(repeating: "\u{1b}", count: 10_000)
        #expect(line(["error": "\(value)", "peer": "[2001:db8::1]:65535"]).json.utf8.count < 4096)
    }

    @Test("arrays and dictionaries are JSON in both forms")
    func collections() {
        let metadata: Logger.Metadata = ["slots": [.number(1), "a b"], "more": ["b": "2", "a": .number(1)]]
        #expect(line(metadata).text == #"drover: worker replaced more={"a": 1, "b": "2"} slots=[1, "a b"]"#)
        #expect(line(metadata).json.hasSuffix(#""more": {"a": 1, "b": "2"}, "slots": [1, "a b"]}"#))
    }

    @Test("a number too large for JSON's readers is a string")
    func largeNumber() {
        #expect(line(["count": .number(UInt64.max)]).json.hasSuffix(#""count": "18446744073709551615"}"#))
    }
}

struct WallTimeTests {
    @Test(
        "RFC 3339, leap years included",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_001, "2000-03-01T00:00:00.001Z"),
            (1_735_689_599_050, "2024-12-31T23:59:59.050Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ])
    func text(milliseconds: UInt64, expected: String) {
        #expect(WallTime(milliseconds: milliseconds).rfc3339 == expected)
    }
}
