import Testing

extension ProcessTests {
    /// A million datagrams that make no sense neither stop the pool nor leave anything in its memory.
    @Suite struct GarbageTests {
        private static let workers = 4
        /// The buffers for receiving and sending are there from the start, but their pages come with use: 2 MiB
        /// for what is received, 0.5 MiB a socket for what is sent.
        private static let allowedGrowth = 4 * 1024 * 1024

        @Test(.needsDrover, .needsPython)
        func memoryReturnsAfterAMillionDatagrams() async throws {
            let pool = try await DroverProcess.start(workers: Self.workers)
            let processes = try [pool.supervisor] + pool.workers()

            let before = try processes.map { try $0.anonymousMemory() }
            let report = try await flood(pool, count: 1_000_000, seed: 1)

            let answered = report.heartbeats["answered", default: 0]
            #expect(answered > report.heartbeats["unanswered", default: 0])
            try await Self.expectMemory(of: processes, toReturnTo: before)
            #expect(try [pool.supervisor] + pool.workers() == processes, "a worker was replaced")

            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "20", "--concurrency", "4", "--bytes", "100000"])
            #expect(try await client.exitStatus(within: .seconds(60)) == .exited(0))

            let counters = try await pool.terminate()
            for (slot, counts) in counters.slots {
                #expect(counters.accountedFor(in: slot) == counters.received(in: slot))
                #expect(counts["dropped-invalid-initial", default: 0] > 0)
                #expect(counts["dropped-malformed-header", default: 0] > 0)
            }
        }

        /// A few first packets among the garbage are valid: their connections hold memory until the handshake
        /// times out.
        private static func expectMemory(
            of processes: [ProcessInspector], toReturnTo before: [Int]
        ) async throws {
            try await within(.seconds(60), for: "return of memory to \(before) bytes") {
                while true {
                    let now = try processes.map { try $0.anonymousMemory() }
                    if zip(before, now).allSatisfy({ $1 - $0 < allowedGrowth }) { return }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
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
