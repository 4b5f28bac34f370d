import Control
import EventLoop
import Glibc
import Linux
import Logging
import Logs
import TestSupport
import Testing

@testable import Supervisor

/// What those get who ask for metrics, and what those who ask for nothing good.
@Suite struct MetricsServerTests {
    private let directory = try! TemporaryDirectory()
    private var runDirectory: String { directory.path("run") }

    /// Calls `body` with a pool and where its metrics are, and then ends the pool.
    private func withPool(
        workers: Int = 1, _ body: (TestPool, SocketAddress) throws -> Void
    ) throws {
        let pool = try TestPool("answer", workers: workers, runDirectory: runDirectory)
        #expect(pool.waitUntilReady().count == 1)
        try body(pool, try #require(pool.metrics))
        pool.signal(SIGTERM)
        #expect(pool.wait() == 0)
    }

    private func answer(_ request: String, of server: SocketAddress) throws -> HTTPConnection.Answer {
        let connection = try HTTPConnection(server)
        try connection.send(request)
        return try #require(try connection.answer())
    }

    @Test func metricsAreServed() throws {
        try withPool(workers: 2) { _, server in
            let answer = try #require(try HTTPConnection.get("/metrics?x", of: server))
            #expect(answer.status == 200)
            #expect(answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.fields["connection"] == "close")
            #expect(answer.fields["content-length"] == "\(answer.content.utf8.count)")
            #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
            let samples = MetricsSamples(parsing: answer.content)
            #expect(samples["drover_workers_wanted"] == 2)
            #expect(samples["drover_slot_state{slot=\"1\",state=\"active\"}"] == 1)
            #expect(samples["drover_worker_starts_total{slot=\"1\"}"] == 1)
            #expect(samples["drover_build_info{version=\"\(Release.version)\"}"] == 1)
            #expect(try #require(samples["drover_worker_resident_memory_bytes{slot=\"0\"}"]) > 1_000_000)
            #expect(try #require(samples["drover_supervisor_resident_memory_bytes"]) > 1_000_000)

            let head = try self.answer("HEAD /metrics HTTP/1.1\r\nHost: h\r\n\r\n", of: server)
            #expect(head.status == 200 && head.content.isEmpty)
            #expect(try #require(head.fields["content-length"].flatMap { Int($0) }) > 1000)
        }
    }

    @Test func otherRequestsAreAnswered() throws {
        try withPool { _, server in
            for path in ["/", "/metrics/", "*", "http://h/"] {
                #expect(try HTTPConnection.get(path, of: server)?.status == 404)
            }
            let post = try answer(
                "POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na=b", of: server)
            #expect(post.status == 405 && post.fields["allow"] == "GET, HEAD")
            let pipelined = try answer(
                String(repeating: "HEAD /metrics HTTP/1.1\r\nHost: h\r\n\r\n", count: 100), of: server)
            #expect(pipelined.status == 200 && pipelined.content.isEmpty)
        }
    }

    /// The answer is not lost with what the client sends after it was made.
    @Test func badRequestsAreAnsweredAndEnd() throws {
        try withPool { _, server in
            let garbage = "\u{1}\u{2}\u{3}\n" + String(repeating: "x", count: 100_000)
            let long = "GET /metrics HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "x", count: 100_000)
            let start = "GET /metrics HTTP/1.1\r\nHost: h\r\nX: "
            let filling = String(repeating: "x", count: MetricsClient.maximumHead - start.utf8.count - 4)
            let statuses = try [
                garbage, "GET /metrics HTTP/1.1\r\n\r\n", long, "\(start)\(filling)\r\n\r\n",
                "\(start)x\(filling)\r\n\r\n",
            ].map { try answer($0, of: server).status }
            #expect(statuses == [400, 400, 431, 200, 431])
        }
    }

    @Test func aRequestMayComeInParts() throws {
        try withPool { _, server in
            let connection = try HTTPConnection(server)
            for part in ["G", "ET /metr", "ics HTTP/1.1\r", "\nHost: h\r\n\r", "\n"] {
                try connection.send(part)
            }
            #expect(try connection.answer()?.status == 200)
        }
    }

    /// Those who say nothing hold all places; more wait, and the pool serves its operators.
    @Test func aHundredSilentClientsHoldUpNobody() throws {
        try withPool { _, server in
            let control = try ControlClientSocket(runDirectory)
            var silent = try (0..<100).map { _ in try HTTPConnection(server) }
            for _ in 0..<20 { #expect(try control.status().state == .serving) }
            let last = silent.removeLast()
            try last.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")
            for _ in 0..<20 { #expect(try control.status().state == .serving) }
            #expect(!last.isReadable)
            silent = []
            #expect(try last.answer()?.status == 200)
        }
    }

    /// Who takes nothing of the answer, which is longer than what the kernel takes, holds up nobody.
    @Test func clientsThatDoNotReadHoldUpNobody() throws {
        try withPool(workers: 32) { _, server in
            let control = try ControlClientSocket(runDirectory)
            let deaf = try (0..<100).map { _ in try HTTPConnection(server) }
            for client in deaf { try client.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n") }
            for _ in 0..<20 { #expect(try control.status().state == .serving) }
            withExtendedLifetime(deaf) {}
        }
    }

    /// The supervisor has more to do than to write the same text for whoever asks without end.
    @Test func thoseWhoAskOftenAreToldTheSame() throws {
        var texts: UInt64 = 0
        var answered: UInt64 = 0
        let began = ContinuousClock.now
        try serve(
            {
                texts += 1
                return "text"
            }, patience: .seconds(10)
        ) { server in
            let request = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"
            var client = try HTTPConnection(server)
            try client.send(request)
            return {
                guard client.isReadable else { return false }
                answered += 1
                guard answered < 500, let next = try? HTTPConnection(server) else { return true }
                client = next
                return (try? client.send(request)) == nil
            }
        }
        #expect(answered == 500)
        let seconds = UInt64((ContinuousClock.now - began).components.seconds) + 2
        #expect(texts >= 1 && texts <= seconds * MetricsServer.textsPerSecond)
    }

    /// Runs a server on this thread until the condition holds at the end of a turn.
    private func serve(
        _ metrics: @escaping () -> String, patience: Duration, _ body: (SocketAddress) throws -> () -> Bool
    ) throws {
        let loop = try EventLoop(executor: LoopExecutor())
        let server = try MetricsServer(
            SocketAddress("127.0.0.1:0")!, loop: loop, log: Logger(LogOptions()), patience: patience,
            metrics: metrics)
        let isDone = try body(server.address)
        let deadline = Timer {
            Issue.record("the server did not come so far")
            loop.stop()
        }
        loop.set(deadline, to: .now + .seconds(20))
        loop.addEndOfTurnHook { if isDone() { loop.stop() } }
        try loop.run()
        server.close()
    }

    @Test func aClientThatSaysNothingIsLeft() throws {
        try serve({ "" }, patience: .milliseconds(50)) { server in
            let silent = try HTTPConnection(server)
            let slow = try HTTPConnection(server)
            try slow.send("GET /metrics HTTP/1.1\r\n")
            return {
                guard silent.isReadable, slow.isReadable else { return false }
                let answers = [silent, slow].map { try? $0.receiveAll() }
                #expect(answers == [[], []])
                return true
            }
        }
    }

    /// The places of those who do not take their answers are free when their time is over.
    @Test func aClientThatDoesNotReadIsLeft() throws {
        let content = String(repeating: "x", count: 32 << 20)
        try serve({ content }, patience: .milliseconds(200)) { server in
            let deaf = try (0...MetricsServer.maximumClients).map { _ in try HTTPConnection(server) }
            for client in deaf { try client.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n") }
            return { deaf.allSatisfy(\.isReadable) }
        }
    }

    @Test func anAddressInUseIsNamed() throws {
        try withPool { _, server in
            let failure = #expect(throws: StartupFailure.self) {
                _ = try MetricsServer(server, loop: try EventLoop(), log: Logger(LogOptions())) { "" }
            }
            #expect(failure?.category == .configuration && failure?.what == "metrics \(server)")
        }
    }
}
