import Testing

extension ProcessTests {
    /// A NAT that changes a client's port under its feet costs no connection, because the kernel steers
    /// by connection ID; and without steering it does.
    @Suite struct RebindingTests {
        private static let connections = 100
        private static let bytes = 1_000_000

        @Test(.needsDrover, .needsPython, .needsBPF)
        func everyConnectionSurvivesThreeRebindings() async throws {
            let pool = try await DroverProcess.start(workers: 4, "--steering", "ebpf")
            let client = try Self.rebindingClient(of: pool, deadline: 120)
            #expect(try await client.exitStatus(within: .seconds(150)) == .exited(0))
            let reports = try client.events("connection", as: TransferReport.self)
            for report in reports {
                #expect(report.ok, "connection \(report.index): \(report.failure ?? "") at \(report.bytes)")
            }

            // The ring and the pins see the first packets of a connection, whose ID the client chose:
            // an Initial, perhaps repeated, never a thousand packets of data.
            let steered = try await pool.terminate().steered
            #expect(steered["ring"] == Self.connections)
            #expect(steered["pin", default: 0] < Self.connections * 20)
            #expect(steered["server-id", default: 0] > Self.connections * Self.bytes / 1500)
            for counter in ["tuple", "malformed", "kernel-hash", "empty-slot", "stale-pin"] {
                #expect(steered[counter] == 0, "\(counter)")
            }
        }

        @Test(.needsDrover, .needsPython)
        func withoutSteeringConnectionsAreLost() async throws {
            let pool = try await DroverProcess.start(workers: 4, "--steering", "off")
            let client = try Self.rebindingClient(of: pool, deadline: 20)
            #expect(try await client.exitStatus(within: .seconds(50)) == .exited(1))
            let reports = try client.events("connection", as: TransferReport.self)
            // A port leads to the same worker as before with a chance of 1 in 4, three times over.
            #expect(reports.count(where: \.ok) < Self.connections / 4)
            #expect(reports.allSatisfy { $0.bytes > 0 })
        }

        private static func rebindingClient(of pool: DroverProcess, deadline: Int) throws -> PythonClient {
            try PythonClient(
                "rebind.py", port: pool.port,
                ["--connections", "\(connections)", "--bytes", "\(bytes)", "--rebinds", "3"]
                    + ["--deadline", "\(deadline)"])
        }
    }
}
