import Testing

extension ProcessTests {
    /// A client that carries many connections over one socket sends trains of all of them, which the kernel takes to
    /// the owner of the first datagram; the others reach their owners all the same.
    @Suite struct MixedTrainTests {
        private static let workers = 4
        private static let connections = 50
        private static let bytes = 200_000

        /// Initials are in the trains, too, or go one by one, so that each connection begins where it is placed.
        private static let handshakes = [[], ["--single-handshakes"]]

        @Test(.needsDrover, .needsPython, .needsBPF, arguments: handshakes)
        func noDatagramIsLostWithSteering(handshakes: [String]) async throws {
            try await expectEveryConnectionServed(steering: "ebpf", handshakes)
        }

        @Test(.needsDrover, .needsPython, arguments: handshakes)
        func noDatagramIsLostWithForwardingAlone(handshakes: [String]) async throws {
            try await expectEveryConnectionServed(steering: "forward", handshakes)
        }

        private func expectEveryConnectionServed(steering: String, _ arguments: [String]) async throws {
            let pool = try await DroverProcess.start(workers: Self.workers, "--steering", steering)
            let client = try PythonClient(
                "mixed_trains.py", port: pool.port,
                ["--connections", "\(Self.connections)", "--bytes", "\(Self.bytes)", "--deadline", "60"]
                    + arguments)
            #expect(try await client.exitStatus(within: .seconds(80)) == .exited(0))
            let reports = try client.events("connection", as: TransferReport.self)
            #expect(reports.count == Self.connections)
            for report in reports {
                #expect(report.ok, "connection \(report.index): \(report.failure ?? "") at \(report.bytes)")
            }
            let summary = try #require(try client.events("summary", as: TrainReport.self).first)
            #expect(summary.mixedTrains > 100)

            let counters = try await pool.terminate()
            #expect(counters.accepted.reduce(0, +) == Self.connections)
            #expect(counters.accepted.count { $0 > 0 } > 1, "all connections are one worker's")
            #expect(counters.total("forwarded") > 0)
            for counter in [
                "dropped-foreign-slot", "dropped-foreign-server-id", "dropped-unknown-connection",
                "dropped-forward-queue-full", "dropped-malformed-forward",
            ] {
                #expect(counters.total(counter) == 0, "\(counter)")
            }
        }
    }
}
