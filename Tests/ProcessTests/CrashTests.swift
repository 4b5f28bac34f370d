import Glibc
import Testing

extension ProcessTests {
    /// The death of a worker costs its own connections, at once and with notice, and nothing else.
    @Suite struct CrashTests {
        private static let workers = 4
        private static let connections = 40

        @Test(.needsDrover, .needsPython, .needsBPF)
        func killedWorkerLosesItsOwnConnectionsOnly() async throws {
            let pool = try await DroverProcess.start(workers: Self.workers)
            let holder = try PythonClient(
                "hold.py", port: pool.port, ["--connections", "\(Self.connections)"])
            let ready = try await holder.event("ready", as: HeldConnections.self, within: .seconds(40))

            let before = try pool.workers()
            #expect(before.count == Self.workers)
            let victim = try #require(before.first)
            let killedAt = ContinuousClock.now
            victim.send(SIGKILL)

            // The first loss tells which slot the victim was in, and so how many are to follow.
            let first = try await holder.event("lost", as: LossReport.self, within: .seconds(10))
            let slot = try #require(first.serverCid.slot)
            let expected = Set(ready.connections.filter { $0.serverCid.slot == slot }.map(\.index))
            let losses = try await holder.events(
                "lost", as: LossReport.self, count: expected.count, within: .seconds(10))
            let promptly = ContinuousClock.now - killedAt
            #expect(promptly < .seconds(3), "the last of \(expected.count) learned of it after \(promptly)")
            #expect(losses.allSatisfy { $0.reason == "stateless_reset" })

            let survivors = try await holder.progress().filter { $0.serverCid.slot != slot }
            #expect(survivors.count == Self.connections - expected.count)
            try await holder.waitForProgress(beyond: survivors)
            try await Self.expectNewConnections(in: slot, of: pool)

            let after = try pool.workers()
            #expect(after.count == Self.workers)
            #expect(!after.contains(victim))
            #expect(Set(after).isSuperset(of: before.dropFirst()))

            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
            let lost = try holder.events("lost", as: LossReport.self)
            #expect(Set(lost.map(\.index)) == expected)
            try await pool.terminate()
        }

        @Test(.needsDrover)
        func supervisorKeepsNoDescriptorOfDeadWorkers() async throws {
            let count = 5
            let pool = try await DroverProcess.start(workers: count)
            let before = try pool.supervisor.descriptorCount()
            // One in each slot, as a slot's second worker would have to wait for its successor.
            for worker in try pool.workers() { worker.send(SIGKILL) }
            try await pool.waitForLines(count, containing: "worker replaced")
            // The line is written within the turn of the loop that closes what was the dead worker's.
            try await within(.seconds(5), for: "descriptor count of \(before)") {
                while try pool.supervisor.descriptorCount() != before { await Task.yield() }
            }
            try await pool.terminate()
        }

        private static func expectNewConnections(in slot: Int, of pool: DroverProcess) async throws {
            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "\(connections)", "--concurrency", "8", "--bytes", "10000"])
            #expect(try await client.exitStatus(within: .seconds(60)) == .exited(0))
            let slots = try client.events("connection", as: TransferReport.self).map(\.serverCid.slot)
            #expect(slots.contains(slot))
        }
    }
}
