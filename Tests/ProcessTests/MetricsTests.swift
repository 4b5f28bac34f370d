import Control
import Glibc
import Linux
import TestSupport
import Testing

extension ProcessTests {
    /// What the metrics of a pool that serves say, and what others make of them.
    @Suite struct MetricsTests {
        private static func start(workers: Int) async throws -> DroverProcess {
            try await DroverProcess.start(workers: workers, "--metrics", "127.0.0.1:0")
        }

        @Test(.needsDrover, .needsPython, .needsPromtool)
        func prometheusReadsThem() async throws {
            let pool = try await Self.start(workers: 2)
            #expect(try await PythonClient.visit(pool, "--visits", "3").allSatisfy(\.ok))
            let text = try pool.metricsText()
            let promtool = try ChildProcess(try #require(Executables.promtool), ["check", "metrics"])
            for line in text.split(separator: "\n") { try promtool.write(line: String(line)) }
            try promtool.closeInput()
            // 3 where it finds fault with a name, 1 where it cannot read them.
            #expect(try await promtool.exitStatus(within: .seconds(20)) == .exited(0))
            try await promtool.errors.waitForEnd()
            #expect(promtool.errors.lines == [])
            try await pool.terminate()
        }

        @Test(.needsDrover, .needsPython, .needsBPF)
        func theyAddUpToWhatClientsDid() async throws {
            let pool = try await Self.start(workers: 3)
            let visits = 12
            #expect(try await PythonClient.visit(pool, "--visits", "\(visits)").allSatisfy(\.ok))
            let holder = try PythonClient("hold.py", port: pool.port, ["--connections", "9"])
            _ = try await holder.event("ready", as: HeldConnections.self, within: .seconds(30))
            // A connection counts until its closing period is over.
            try await pool.waitForStatus("end of the visits") { status in
                status.slots.reduce(0) { $0 + $1.connections } == 9
            }
            let held = try pool.metrics()
            #expect(held.total("drover_connections") == 9)
            #expect(held.total("drover_accepted_connections_total") == 21)
            #expect(held.total("drover_closed_connections_total") == 12)
            #expect(held.total("drover_handshakes_total") == 21)
            #expect(held.total("drover_handshake_seconds_count") == 21)
            #expect(held.total("drover_connection_age_seconds_count") == 12)
            for slot in 0..<3 {
                let handshakes = held["drover_handshakes_total{slot=\"\(slot)\"}"]
                #expect(held["drover_handshake_seconds_bucket{slot=\"\(slot)\",le=\"+Inf\"}"] == handshakes)
                #expect(held["drover_slot_state{slot=\"\(slot)\",state=\"active\"}"] == 1)
                let age = try #require(held["drover_worker_heartbeat_age_seconds{slot=\"\(slot)\"}"])
                #expect((0..<10).contains(age))
            }
            // On this host a handshake takes a millisecond or so, of the client's time above all.
            let longest = held.total("drover_handshake_seconds_sum")
            #expect(longest > 0 && longest < 21 * 10)
            #expect(held.total("drover_steered_packets_total") > 0)
            #expect(held.total("drover_received_bytes_total") > 21 * 1200)

            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
            try await pool.waitForStatus("end of all") { status in
                status.slots.allSatisfy { $0.connections == 0 }
            }
            let last = try pool.metrics()
            #expect(last.total("drover_connection_age_seconds_count") == 21)
            // What is printed at the end is the same.
            let counters = try await pool.terminate()
            #expect(last.total("drover_accepted_connections_total") == Double(counters.total("accepted")))
            #expect(
                last.total("drover_received_datagrams_total") == Double(counters.total("datagrams-received")))
        }

        /// Counters outlive workers and slots, so that sums never fall; what is now does not.
        @Test(.needsDrover, .needsPython)
        func theyOnlyGrowWhateverWorkersDo() async throws {
            let pool = try await Self.start(workers: 2)
            #expect(try await PythonClient.visit(pool, "--visits", "8").allSatisfy(\.ok))
            let before = try pool.metrics()
            let victims = try pool.workers()
            for victim in victims { victim.send(SIGKILL) }
            try await pool.waitForStatus("successors") { status in
                status.slots.allSatisfy { slot in
                    slot.state == .active && !victims.contains { $0.identifier == slot.pid }
                }
            }
            let replaced = try pool.metrics()
            Self.expectGrowth(from: before, to: replaced)
            #expect(replaced["drover_worker_starts_total{slot=\"1\"}"] == 2)
            #expect(replaced.total("drover_handshake_seconds_count") == 8)

            try await pool.command("resize", "1")
            let smaller = try await pool.waitForStatus("free slot") { status in
                status.slots.contains { $0.state == .retired }
            }
            let retired = try #require(smaller.slots.first { $0.state == .retired }).slot
            let resized = try pool.metrics()
            Self.expectGrowth(from: replaced, to: resized)
            for gauge in ["drover_connections", "drover_worker_resident_memory_bytes"] {
                #expect(resized["\(gauge){slot=\"\(retired)\"}"] == nil)
            }
            #expect(resized["drover_workers_wanted"] == 1)
            try await pool.terminate()
        }

        private static func expectGrowth(from earlier: MetricsSamples, to later: MetricsSamples) {
            let growing = later.growing
            for (sample, value) in earlier.growing where !sample.hasPrefix("drover_worker_cpu_seconds_total")
            {
                #expect(growing[sample].map { $0 >= value } == true, "\(sample)")
            }
        }

        @Test(.needsDrover)
        func anAddressThatIsTakenIsNamed() async throws {
            let pool = try await Self.start(workers: 1)
            let address = try pool.metricsAddress()
            let directory = try TemporaryDirectory()
            let process = try ChildProcess(
                Executables.drover,
                ["serve", "--dev-cert", "--listen", "127.0.0.1:0", "--metrics", "\(address)"]
                    + DroverProcess.directories(in: directory),
                mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(10)) == .exited(78))
            try await process.output.waitForEnd()
            let line = process.output.lines.last ?? ""
            #expect(line.contains("metrics \(address): EADDRINUSE") && line.contains("--metrics"), "\(line)")
            // A pool whose connections the kernel still remembers gives its address to the next.
            _ = try pool.metrics()
            try await pool.terminate()
            let next = try await DroverProcess.start(workers: 1, "--metrics", "\(address)")
            #expect(try next.metricsAddress() == address)
            try await next.terminate()
        }
    }
}

extension DroverProcess {
    /// Where a pool with `--metrics` says that it serves them.
    func metricsAddress() throws -> SocketAddress {
        let prefix = "drover: metrics on "
        let line = try #require(output.first { $0.hasPrefix(prefix) })
        return try #require(SocketAddress(String(line.dropFirst(prefix.count))))
    }

    func metricsText() throws -> String {
        let answer = try #require(try HTTPConnection.get("/metrics", of: metricsAddress()))
        #expect(answer.status == 200)
        return answer.content
    }

    func metrics() throws -> MetricsSamples { MetricsSamples(parsing: try metricsText()) }
}
