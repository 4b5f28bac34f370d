import Testing

extension ProcessTests {
    /// Clients that others wrote give up all connection IDs that they held, and data goes on meanwhile.
    @Suite struct ReplacementTests {
        private struct Replaced: Decodable {
            let before: [String]
            let after: [String]
        }

        /// Sequence numbers grow beyond what one octet of Retire Prior To holds.
        @Test(.needsRotatingEcho, .needsPython)
        func aClientThatHoldsManyGivesAllUpAgainAndAgain() async throws {
            try await expectReplacements(30, held: 7)
        }

        /// RFC 9000 §5.1.1: one above the limit, which the same frame has the client give up.
        @Test(.needsRotatingEcho, .needsPython)
        func aClientThatHoldsTwoGivesBothUpAgainAndAgain() async throws {
            try await expectReplacements(40, held: 2, "--limit", "2")
        }

        @Test(.needsRotatingEcho, .needsPython)
        func anotherClientDoesTheSame() async throws {
            try await expectReplacements(10, held: 1, "--library", "qh3", "--pause", "0.3")
        }

        @Test(.needsRotatingEcho, .needsPython, arguments: [1, 2])
        func lossOnlyDelaysIt(seed: Int) async throws {
            let loss = ["--loss", "0.1", "--bytes", "5000", "--seed", "\(seed)", "--linger", "3"]
            try await expectReplacements(15, held: 7, arguments: loss)
            try await expectReplacements(15, held: 2, arguments: loss + ["--limit", "2"])
        }

        @Test(.needsRotatingEcho, .needsPython)
        func manyWishesAtOnceAreOne() async throws {
            try await expectReplacements(3, held: 4, "--limit", "4", "--wishes", "5")
        }

        @Test(.needsRotatingEcho, .needsPython)
        func aWishBeforeTheHandshakeWaitsForIt() async throws {
            let server = try await Server("--at-once")
            let client = try PythonClient("replace.py", port: server.port, ["--rotations", "0"])
            #expect(try await client.exitStatus(within: .seconds(70)) == .exited(0))
            let lines = try await server.linesUntilEnded()
            // Those issued before the client was known to take more.
            #expect(lines.count { $0.hasPrefix("retire ") } == 7)
            #expect(lines.allSatisfy { !$0.hasPrefix("unknown ") })
        }

        private func expectReplacements(_ count: Int, held: Int, _ arguments: String...) async throws {
            try await expectReplacements(count, held: held, arguments: arguments)
        }

        private func expectReplacements(_ count: Int, held: Int, arguments: [String]) async throws {
            let server = try await Server()
            let client = try PythonClient(
                "replace.py", port: server.port, ["--rotations", "\(count)"] + arguments)
            #expect(try await client.exitStatus(within: .seconds(70)) == .exited(0))
            let replaced = try client.events("replaced", as: Replaced.self)
            #expect(replaced.count == count)
            for event in replaced {
                #expect(event.before.count == held)
                #expect(Set(event.before).isDisjoint(with: event.after))
            }
            let lines = try await server.linesUntilEnded()
            let lastWish = try #require(lines.lastIndex(of: "replace"))
            let old = Set(lines[..<lastWish].compactMap { Self.id(in: $0, after: "issue ") })
            let retired = Set(lines.compactMap { Self.id(in: $0, after: "retire ") })
            #expect(old.subtracting(retired) == [])
            #expect(lines.allSatisfy { !$0.hasPrefix("unknown ") })
        }

        private static func id(in line: String, after word: String) -> String? {
            line.hasPrefix(word) ? String(line.dropFirst(word.count)) : nil
        }
    }

    /// A rotating-echo.
    private struct Server {
        let port: UInt16
        private let child: ChildProcess

        init(_ arguments: String...) async throws {
            let child = try ChildProcess(Executables.rotatingEcho, arguments, mergesErrors: true)
            let ready = try await within(.seconds(10), for: "line that says ready") {
                try await child.output.line { $0.hasPrefix("ready ") }
            }
            self.child = child
            port = try #require(ready?.split(separator: ":").last.flatMap { UInt16($0) })
        }

        /// What it wrote until its connection ended.
        func linesUntilEnded() async throws -> [String] {
            _ = try await within(.seconds(20), for: "end of the connection") { [child] in
                try await child.output.line { $0.hasPrefix("ended ") }
            }
            return child.output.lines
        }
    }
}
