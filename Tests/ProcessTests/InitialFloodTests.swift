import Control
import Testing

extension ProcessTests {
    /// A flood of first packets from forged addresses: who is real gets in, and the pool keeps little of the rest.
    @Suite struct InitialFloodTests {
        private static let packets = 1_000_000
        private static let clients = 100
        /// Some hundred handshakes that began before the pool asked for a Retry, of some 90 KB each, and the buffers.
        private static let allowedGrowth = 64 << 20

        @Test(.needsDrover, .needsPython, .needsInitialFlood)
        func realClientsConnectDuringAFlood() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let workers = try pool.workers()
            let before = try workers.map {
                (memory: try $0.anonymousMemory(), seconds: try $0.processorSeconds())
            }
            let flood = try ChildProcess(
                Executables.initialFlood, ["\(pool.port)", "\(Self.packets)", "1"], mergesErrors: true)
            // They come when it has begun to tell.
            try await pool.waitForStatus("Retry") { status in
                status.slots.contains { $0.counters["retries-sent", default: 0] > 0 }
            }
            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "\(Self.clients)", "--concurrency", "10", "--bytes", "1000"])
            let clientStatus = try await client.exitStatus(within: .seconds(240))
            #expect(clientStatus == .exited(0))
            let floodStatus = try await flood.exitStatus(within: .seconds(240))
            #expect(floodStatus == .exited(0), "\(flood.output.lines)")
            for (worker, before) in zip(workers, before) {
                #expect(try worker.anonymousMemory() - before.memory < Self.allowedGrowth)
            }
            let seconds = try zip(workers, before).map { try $0.processorSeconds() - $1.seconds }.reduce(0, +)
            let counters = try await pool.terminate()
            let retries = counters.total("retries-sent")
            #expect(retries > Self.packets / 4)
            print(
                "\(flood.output.lines.joined()); \(retries) retries, \(counters.total("dropped-receive-queue-full")) lost in",
                "full queues, \(counters.accepted.reduce(0, +)) accepted;",
                "\(Int(seconds * 1e9) / max(retries, 1)) ns of processor time a refused Initial")
        }
    }
}
