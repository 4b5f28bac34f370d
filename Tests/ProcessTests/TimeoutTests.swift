import Control
import Testing

extension ProcessTests {
    /// Times that an operator sets, seen by what ends first.
    @Suite struct TimeoutTests {
        private func waitUntilEmpty(_ pool: DroverProcess) async throws {
            try await pool.waitForStatus("end of the connection") { $0.slots[0].connections == 0 }
        }

        /// Of two handshakes that their clients leave where they are, the one with less time ends first.
        @Test(.needsDrover, .needsPython)
        func aHandshakeTimesOut() async throws {
            let patient = try await DroverProcess.start(workers: 1, "--handshake-timeout", "1m")
            let hasty = try await DroverProcess.start(workers: 1, "--handshake-timeout", "1s")
            for pool in [patient, hasty] {
                #expect(try await PythonClient.probe(pool, ["small-initial"]).ok)
                #expect(try await pool.status().slots[0].connections == 1)
            }
            try await waitUntilEmpty(hasty)
            #expect(try await patient.status().slots[0].connections == 1)
            let counters = try await hasty.terminate()
            #expect(counters.total("handshakes") == 0 && counters.total("closed") == 1)
        }

        /// Of two silent connections that are idle after as long, the one that is asked for a sign of life stays.
        @Test(.needsDrover, .needsVisitor)
        func aClientIsKeptAlive() async throws {
            let keeping = try await DroverProcess.start(
                workers: 1, "--idle-timeout", "2s", "--keep-alive", "1s")
            let leaving = try await DroverProcess.start(workers: 1, "--idle-timeout", "2s")
            let clients = try [keeping, leaving].map { pool in
                try ChildProcess(Executables.visitor, ["--port", "\(pool.port)", "--steps", "linger"])
            }
            for pool in [keeping, leaving] {
                try await pool.waitForStatus("handshake") { $0.slots[0].counters["handshakes"] == 1 }
            }
            try await waitUntilEmpty(leaving)
            #expect(try await clients[1].exitStatus(within: .seconds(10)) == .exited(0))
            #expect(try await keeping.status().slots[0].connections == 1)
            #expect(!clients[0].hasExited)
        }
    }
}
