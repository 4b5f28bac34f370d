import Control
import TestSupport
import Testing

extension ProcessTests {
    /// A pool in a program of its own: what that decides, and what its handlers do wrong.
    @Suite struct EmbeddedTests {
        private let directory = try! TemporaryDirectory()

        private func pool(workers: Int = 1) async throws -> DroverProcess {
            try await DroverProcess.startEmbedded(
                workers: workers, CertificateFiles("own", in: directory),
                chosen: CertificateFiles("chosen", in: directory))
        }

        /// The pool's own certificate is given as octets, another in the handshake, and a pre-shared key.
        @Test(.needsEmbedded, .needsPython)
        func itDecidesInTheHandshake() async throws {
            let pool = try await pool()
            for (name, certificate) in [("chosen.example", "chosen"), ("other.example", "own")] {
                let visits = try await PythonClient.visit(pool, "--visits", "2", "--server-name", name)
                #expect(visits.map(\.ok) == [true, true])
                #expect(visits[0].certificateName == certificate)
            }
            let key = String(repeating: "07", count: 32)
            let known = try await PythonClient.visit(pool, "--psk", "chosen:\(key)")
            #expect(known[0].ok && known[0].resumed && known[0].certificateName == nil)
            let unknown = try await PythonClient.visit(pool, "--psk", "other:\(key)")
            #expect(unknown[0].ok && !unknown[0].resumed)
        }

        /// One that waits for ever and one that keeps its streams hold nobody up, and nothing is left when their clients
        /// go; the connection of one that returns ends without an error.
        @Test(.needsEmbedded, .needsPython)
        func handlersMayMisbehave() async throws {
            let pool = try await pool()
            let workers = try pool.workers()
            var holders: [PythonClient] = []
            for name in ["hang", "leak"] {
                let holder = try PythonClient(
                    "hold.py", port: pool.port, ["--connections", "5", "--alpn", name])
                _ = try await holder.event("ready", as: HeldConnections.self, within: .seconds(30))
                holders.append(holder)
            }
            let others = try await PythonClient.visit(pool, "--visits", "3")
            #expect(others.allSatisfy { $0.ok })
            let returned = try await PythonClient.visit(pool, "--alpn", "return")
            #expect(returned[0].end == VisitReport.End(kind: "application", code: 0))
            let busy = try await pool.status()
            #expect(busy.slots[0].connections >= 10)
            for holder in holders {
                #expect(try holder.events("lost", as: LossReport.self).isEmpty)
                try holder.closeInput()
                #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
            }
            try await pool.waitForStatus("end of all connections") { $0.slots[0].connections == 0 }
            #expect(try pool.workers() == workers)
            try await pool.terminate()
        }

        /// By another thread than the one that runs it.
        @Test(.needsEmbedded, .needsPython, arguments: [("stop", true), ("kill", false)])
        func itStopsThePool(command: String, clientsAreTold: Bool) async throws {
            let pool = try await pool(workers: 2)
            let holder = try PythonClient("hold.py", port: pool.port, ["--connections", "4"])
            _ = try await holder.event("ready", as: HeldConnections.self, within: .seconds(30))
            try pool.write(line: command)
            #expect(try await pool.exitStatus() == .exited(0))
            try await pool.waitUntilAllEnded()
            #expect(pool.output.last == "the pool has stopped")
            if clientsAreTold {
                let losses = try await holder.events(
                    "lost", as: LossReport.self, count: 4, within: .seconds(10))
                #expect(losses.allSatisfy { $0.reason == "closed" && $0.code == 77 })
            } else {
                #expect(try holder.events("lost", as: LossReport.self).isEmpty)
            }
        }
    }
}
