import Control
import Foundation
import Glibc
import TestSupport
import Testing

extension ProcessTests {
    /// What a pool writes to standard error.
    @Suite struct LogTests {
        private let directory = try! TemporaryDirectory()

        /// Has a pool write its log to a file.
        private func launcher(logging path: String) -> [String] { DroverProcess.after("exec 2>\(path)") }

        /// Kills the worker of slot 0, and returns it and its successor when that serves.
        private func replaceWorker(of pool: DroverProcess) async throws -> (former: Int32, successor: Int32) {
            let former = try #require(try await pool.status().slots[0].pid)
            kill(former, SIGKILL)
            let status = try await pool.waitForStatus("another worker") {
                $0.slots[0].state == .active && $0.slots[0].incarnation == 2
            }
            return (former, try #require(status.slots[0].pid))
        }

        @Test(.needsDrover)
        func everyLineIsAnObjectWhereJSONIsWanted() async throws {
            let path = directory.path("log")
            let pool = try await DroverProcess.start(
                workers: 2, options: ["--log-format", "json", "--log-level", "trace"],
                launcher: launcher(logging: path))
            let (former, successor) = try await replaceWorker(of: pool)
            try await pool.command("resize", "1")
            try await pool.terminate()

            let events = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: Any], "\(line)")
            }
            let formatter = ISO8601DateFormatter()
            formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
            for event in events {
                let time = try #require((event["time"] as? String).flatMap(formatter.date(from:)))
                #expect((-60...1).contains(time.timeIntervalSinceNow))
                #expect(["debug", "info", "notice", "warning"].contains(event["level"] as? String))
            }
            func named(_ message: String) -> [[String: Any]] {
                events.filter { $0["message"] as? String == message }
            }
            let replaced = try #require(named("worker replaced").first)
            #expect(replaced["level"] as? String == "warning")
            #expect(replaced["slot"] as? Int == 0)
            #expect(
                replaced["worker"] as? Int == Int(former) && replaced["successor"] as? Int == Int(successor))
            #expect(replaced["reason"] as? String == "was killed by signal 9")
            // Of workers themselves, which are told how to log.
            #expect(named("worker serves").map { $0["slot"] as? Int }.sorted { $0! < $1! } == [0, 0, 1])
            #expect(named("slot drains").count == 1)
            #expect(named("final counters").map { $0["slot"] as? Int } == [0, 1])
        }

        @Test(.needsDrover)
        func linesOfALowerLevelAreLeftOut() async throws {
            let path = directory.path("log")
            let pool = try await DroverProcess.start(
                workers: 1, options: ["--log-level", "error"], launcher: launcher(logging: path))
            _ = try await replaceWorker(of: pool)
            try await pool.terminate()
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "")
        }

        /// sd-daemon(3); a JOURNAL_STREAM that is not standard error's was meant for another process.
        @Test(.needsDrover, arguments: [true, false])
        func theJournalGetsPriorities(isJournal: Bool) async throws {
            let stream = isJournal ? "$(stat -L -c %d:%i /proc/self/fd/2)" : "1:2"
            let pool = try await DroverProcess.start(
                workers: 1, options: ["--log-level", "info"],
                launcher: DroverProcess.after("export JOURNAL_STREAM=\(stream)"))
            _ = try await replaceWorker(of: pool)
            try await pool.terminate()
            for (priority, message) in [(6, "worker serves"), (4, "worker replaced"), (5, "final counters")] {
                let line = try #require(pool.output.first { $0.contains(message) })
                #expect(line.hasPrefix((isJournal ? "<\(priority)>" : "") + "drover: \(message) "), "\(line)")
            }
            // Standard output is for who starts the pool.
            #expect(pool.output.contains { $0.hasPrefix("drover: ready on ") })
        }
    }
}
