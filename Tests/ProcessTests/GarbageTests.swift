import Testing

extension ProcessTests {
    /// A million datagrams that make no sense neither stop the pool nor leave anything in its memory.
    @Suite struct GarbageTests {
        private static let workers = 4
        private static let allowedGrowth = 4 * 1024 * 1024

        @Test(.needsDrover, .needsPython)
        func memoryReturnsAfterAMillionDatagrams() async throws {
            let pool = try await DroverProcess.start(workers: Self.workers)
            let processes = try [pool.supervisor] + pool.workers()

            // Buffers and tables get their size from the first of it.
            try await flood(pool, count: 100_000, seed: 1)
            let before = try processes.map { try $0.anonymousMemory() }
            let report = try await flood(pool, count: 1_000_000, seed: 2)
            let after = try processes.map { try $0.anonymousMemory() }

            let answered = report.heartbeats["answered", default: 0]
            #expect(answered > report.heartbeats["unanswered", default: 0])
            for (before, after) in zip(before, after) {
                #expect(after - before < Self.allowedGrowth, "from \(before) to \(after) bytes")
            }
            #expect(try [pool.supervisor] + pool.workers() == processes, "a worker was replaced")

            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "20", "--concurrency", "4", "--bytes", "100000"])
            #expect(try await client.exitStatus(within: .seconds(60)) == .exited(0))
            try await pool.terminate()
        }

        @discardableResult
        private func flood(_ pool: DroverProcess, count: Int, seed: Int) async throws -> GarbageReport {
            let client = try PythonClient(
                "garbage.py", port: pool.port, ["--count", "\(count)", "--seed", "\(seed)"])
            #expect(try await client.exitStatus(within: .seconds(240)) == .exited(0))
            let report = try #require(client.events("summary", as: GarbageReport.self).first)
            #expect(report.sent == count)
            return report
        }
    }
}
