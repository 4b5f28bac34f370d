import Control
import Testing

extension ProcessTests {
    /// Connections live on while the pool grows and shrinks under them, whether the kernel steers or workers forward.
    @Suite struct ResizeTests {
        private static let connections = 60

        @Test(.needsDrover, .needsPython, .needsBPF)
        func connectionsSurviveWithSteering() async throws {
            try await expectConnectionsSurvive(steering: "ebpf")
        }

        @Test(.needsDrover, .needsPython)
        func connectionsSurviveWithForwarding() async throws {
            try await expectConnectionsSurvive(steering: "forward")
        }

        /// Clients change their ports meanwhile. Slots that are to go serve theirs, and the others all that is new.
        private func expectConnectionsSurvive(steering: String) async throws {
            let pool = try await DroverProcess.start(workers: 4, "--steering", steering)
            let client = try PythonClient(
                "rebind.py", port: pool.port,
                ["--connections", "\(Self.connections)", "--bytes", "1000000", "--rebinds", "4"]
                    + ["--deadline", "90"])
            _ = try await client.event("moved", as: MoveReport.self, within: .seconds(60))
            for count in [6, 5, 8, 2] {
                try await pool.command("resize", "\(count)")
                try await pool.waitForStatus("\(count) active slots") { status in
                    status.slots.count { $0.state == .active } == count
                }
            }
            let before = try await pool.status().slots.filter { $0.state == .draining }
            let later = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "40", "--concurrency", "10", "--bytes", "1000"])
            #expect(try await later.exitStatus(within: .seconds(60)) == .exited(0))
            for slot in try await pool.status().slots {
                // No new connection reached a slot that was draining.
                guard let former = before.first(where: { $0.slot == slot.slot }) else { continue }
                #expect(slot.counters["accepted"] == former.counters["accepted"], "slot \(slot.slot)")
            }

            #expect(try await client.exitStatus(within: .seconds(120)) == .exited(0))
            let reports = try client.events("connection", as: TransferReport.self)
            #expect(reports.count == Self.connections)
            for report in reports {
                #expect(report.ok, "connection \(report.index): \(report.failure ?? "") at \(report.bytes)")
            }
            // Once their connections have ended the slots are free.
            try await pool.waitForStatus("retired slots") { status in
                status.slots.allSatisfy { $0.state == .active || $0.state == .retired }
            }
            #expect(try pool.workers().count == 2)
            try await pool.terminate()
        }

        /// What is left when the time is over is closed, and says so to its client.
        @Test(.needsDrover, .needsPython, .needsBPF)
        func connectionsOfASlotAreClosedAtTheDeadline() async throws {
            let pool = try await DroverProcess.start(workers: 3)
            let holder = try PythonClient("hold.py", port: pool.port, ["--connections", "30"])
            let ready = try await holder.event("ready", as: HeldConnections.self, within: .seconds(40))
            try await pool.command("resize", "2", "--drain-timeout", "0")
            try await pool.waitForStatus("a retired slot") { status in
                status.slots.contains { $0.state == .retired }
            }
            let retired = try await pool.status().slots.filter { $0.state == .retired }.map { Int($0.slot) }
            let expected = ready.connections.filter { retired.contains($0.serverCid.slot ?? -1) }
            let losses = try await holder.events(
                "lost", as: LossReport.self, count: expected.count, within: .seconds(10))
            #expect(losses.allSatisfy { $0.reason == "closed" && $0.code == 0 })
            #expect(Set(losses.map(\.index)) == Set(expected.map(\.index)))
            let survivors = try await holder.progress().filter { !$0.lost }
            #expect(survivors.count == 30 - expected.count)
            try await holder.waitForProgress(beyond: survivors)
            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
            try await pool.terminate()
        }
    }
}
