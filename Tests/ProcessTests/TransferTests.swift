import Testing

extension ProcessTests {
    /// Clients that others wrote handshake with four workers and move 10 MB each way, intact, and
    /// every worker gets its share.
    @Suite struct TransferTests {
        private static let workers = 4
        private static let connections = 100
        private static let bytes = 10_000_000

        @Test(.needsDrover, .needsPython)
        func aioquicMovesTenMegabytesBothWays() async throws {
            let pool = try await DroverProcess.start(workers: Self.workers)
            let client = try PythonClient("echo_transfer.py", port: pool.port, Self.arguments(concurrency: 8))
            let reports = try await Self.verifiedReports(of: client)
            #expect(reports.allSatisfy { $0.alpn == "echo" })
            try await Self.expectFairShares(of: pool, reports: reports)
        }

        @Test(.needsH3Echo, .needsPython, .needsGTLSClient)
        func gtlsclientMovesTenMegabytesBothWays() async throws {
            let pool = try await DroverProcess.startH3Echo(workers: Self.workers)
            let client = try PythonClient("gtls_transfer.py", port: pool.port, Self.arguments(concurrency: 4))
            let reports = try await Self.verifiedReports(of: client)
            #expect(reports.allSatisfy { $0.alpn == "h3" })
            try await Self.expectFairShares(of: pool, reports: reports)
        }

        private static func arguments(concurrency: Int) -> [String] {
            ["--connections", "\(connections)", "--concurrency", "\(concurrency)", "--bytes", "\(bytes)"]
        }

        private static func verifiedReports(of client: PythonClient) async throws -> [TransferReport] {
            #expect(try await client.exitStatus(within: .seconds(300)) == .exited(0))
            let reports = try client.events("connection", as: TransferReport.self)
            #expect(reports.count == connections)
            for report in reports {
                #expect(report.ok, "connection \(report.index): \(report.failure ?? "")")
                #expect(report.bytes == bytes)
            }
            return reports
        }

        /// The client's view, by the slots in the connection IDs, and the pool's have to agree.
        private static func expectFairShares(
            of pool: DroverProcess, reports: [TransferReport]
        ) async throws {
            let counters = try await pool.terminate()
            var shares = [Int](repeating: 0, count: workers)
            for report in reports {
                let slot = try #require(report.serverCid.slot, "\(report.serverCid.hexadecimal)")
                shares[slot] += 1
            }
            #expect(shares == counters.accepted)
            #expect(chiSquared(shares) < unfairWithFourSlots, "the shares are \(shares)")
        }
    }
}
