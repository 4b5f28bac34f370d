import Testing

extension ProcessTests {
    /// Clients that others wrote handshake with four workers and move 10 MB each way, intact, and
    /// every worker gets its share.
    @Suite struct TransferTests {
        private static let workers = 4
        private static let connections = 100
        private static let bytes = 10_000_000

        /// 200 connections: 100 of aioquic to the echo application, and 100 of gtlsclient, which speaks HTTP/3 only,
        /// to the h3-echo program. The shares are fair within each hundred and over all.
        @Test(.needsDrover, .needsH3Echo, .needsPython, .needsGTLSClient)
        func twoHundredConnectionsMoveTenMegabytesBothWays() async throws {
            let echo = try await DroverProcess.start(workers: Self.workers)
            let aioquic = try await Self.shares(
                of: echo, client: "echo_transfer.py", concurrency: 8, protocol: "echo")
            let h3Echo = try await DroverProcess.startH3Echo(workers: Self.workers)
            let gtlsclient = try await Self.shares(
                of: h3Echo, client: "gtls_transfer.py", concurrency: 4, protocol: "h3")
            for shares in [aioquic, gtlsclient, zip(aioquic, gtlsclient).map(+)] {
                #expect(chiSquared(shares) < unfairWithFourSlots, "the shares are \(shares)")
            }
        }

        /// Runs the client, stops the pool, and returns how many connections each slot had.
        private static func shares(
            of pool: DroverProcess, client: String, concurrency: Int, protocol name: String
        ) async throws -> [Int] {
            let client = try PythonClient(client, port: pool.port, arguments(concurrency: concurrency))
            let reports = try await verifiedReports(of: client)
            #expect(reports.allSatisfy { $0.alpn == name })
            return try await shares(of: pool, reports: reports)
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
        private static func shares(
            of pool: DroverProcess, reports: [TransferReport]
        ) async throws -> [Int] {
            let counters = try await pool.terminate()
            var shares = [Int](repeating: 0, count: workers)
            for report in reports {
                let slot = try #require(report.serverCid.slot, "\(report.serverCid.hexadecimal)")
                shares[slot] += 1
            }
            #expect(shares == counters.accepted)
            return shares
        }
    }
}
