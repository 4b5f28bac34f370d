import EventLoop
import Logging
import Logs
import Synchronization
import Testing

struct LimitedLogTests {
    /// Keeps the metadata of what is logged.
    private struct Recorder: LogHandler {
        final class Lines: Sendable {
            let all = Mutex<[Logger.Metadata]>([])
        }

        let lines = Lines()
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice

        subscript(metadataKey name: String) -> Logger.MetadataValue? {
            get { metadata[name] }
            set { metadata[name] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append(event.metadata ?? [:]) }
        }
    }

    private let recorder = Recorder()

    private func log(
        _ limited: inout LimitedLog, _ count: Int, level: Logger.Level = .warning, at now: Instant
    ) {
        let logger = Logger(label: "test") { _ in recorder }
        for _ in 0..<count {
            limited.log("handler failed", level: level, metadata: ["peer": "p"], to: logger, at: now)
        }
    }

    private var lines: [Logger.Metadata] { recorder.lines.all.withLock { $0 } }

    @Test("no more than so many a second, and the next says how many were left out")
    func limit() {
        var limited = LimitedLog(perSecond: 5)
        let start = Instant.now
        log(&limited, 1000, at: start)
        #expect(lines == Array(repeating: ["peer": "p"], count: 5))
        log(&limited, 2, at: start + .seconds(1))
        #expect(lines.dropFirst(5) == [["peer": "p", "untold": .number(995)], ["peer": "p"]])
    }

    @Test("what the level leaves out counts for nothing")
    func level() {
        var limited = LimitedLog(perSecond: 1)
        let start = Instant.now
        log(&limited, 100, level: .debug, at: start)
        log(&limited, 1, at: start)
        #expect(lines == [["peer": "p"]])
    }
}
