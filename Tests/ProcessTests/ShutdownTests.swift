import Glibc
import Testing

extension ProcessTests {
    /// However the pool ends, its clients learn of it and no process is left.
    @Suite struct ShutdownTests {
        private static let connections = 12

        @Test(.needsDrover, .needsPython, arguments: [SIGTERM, SIGINT])
        func signalClosesEveryConnection(signal: Int32) async throws {
            let pool = try await DroverProcess.start(workers: 4)
            let holder = try await Self.holder(of: pool)
            try await pool.terminate(signal)
            try await Self.expectClosed(holder)
        }

        /// As a service manager stops it that signals every process of the service, workers first.
        @Test(.needsDrover, .needsPython, arguments: [SIGTERM, SIGINT, SIGHUP])
        func signalToEveryProcessClosesEveryConnection(signal: Int32) async throws {
            let pool = try await DroverProcess.start(workers: 4)
            let holder = try await Self.holder(of: pool)
            let workers = try pool.workers()
            workers.forEach { $0.send(signal) }
            try await pool.terminate()
            try await Self.expectClosed(holder)
            #expect(!pool.output.contains { $0.contains("replaced") })
        }

        @Test(.needsDrover, .needsPython)
        func connectionsAreClosedWithTheCodeThatIsWanted() async throws {
            let pool = try await DroverProcess.start(workers: 4, "--stop-code", "256", "--stop-reason", "bye")
            let holder = try await Self.holder(of: pool)
            try await pool.terminate()
            try await Self.expectClosed(holder, code: 256, reason: "bye")
        }

        /// The client of every connection was told that it is over, and that there was no error.
        private static func expectClosed(
            _ holder: PythonClient, code: UInt64 = 0, reason: String = "the pool stops"
        ) async throws {
            let losses = try await holder.events(
                "lost", as: LossReport.self, count: connections, within: .seconds(10))
            #expect(losses.allSatisfy { $0.reason == "closed" && $0.code == code && $0.text == reason })
            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
        }

        /// One worker is held in its tracks, and the pool would wait for it for five seconds.
        @Test(.needsDrover)
        func secondSignalStopsAtOnce() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            try pool.workers()[0].send(SIGSTOP)
            pool.send(SIGTERM)
            try await within(.seconds(4), for: "end of the other worker") {
                while try pool.workers().count > 1 { await Task.yield() }
            }
            let start = ContinuousClock.now
            try await pool.terminate()
            #expect(ContinuousClock.now - start < .seconds(3))
        }

        @Test(.needsDrover)
        func signalEndsAnIdlePool() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            try await pool.terminate()
        }

        @Test(.needsDrover, .needsPython)
        func workersEndWithoutTheirSupervisor() async throws {
            let pool = try await DroverProcess.start(workers: 4)
            let holder = try await Self.holder(of: pool)
            #expect(try pool.workers().count == 4)
            pool.send(SIGKILL)
            #expect(try await pool.exitStatus() == .signaled(SIGKILL))
            try await pool.waitUntilAllEnded()
            try holder.closeInput()
        }

        private static func holder(of pool: DroverProcess) async throws -> PythonClient {
            let holder = try PythonClient("hold.py", port: pool.port, ["--connections", "\(connections)"])
            _ = try await holder.event("ready", as: HeldConnections.self, within: .seconds(40))
            return holder
        }
    }
}
