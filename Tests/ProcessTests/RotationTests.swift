import Control
import Testing

extension ProcessTests {
    /// The key of connection IDs changes under connections that are in use, and none is lost.
    @Suite struct RotationTests {
        private static let connections = 200

        @Test(.needsDrover, .needsPython, .needsBPF)
        func everyConnectionChangesToTheNewKey() async throws {
            try await expectRotations(steering: "ebpf")
        }

        @Test(.needsDrover, .needsPython)
        func everyConnectionChangesToTheNewKeyWithForwarding() async throws {
            try await expectRotations(steering: "forward")
        }

        private func expectRotations(steering: String) async throws {
            let pool = try await DroverProcess.start(
                workers: 4, "--steering", steering, isKeyGiven: false)
            let holder = try PythonClient(
                "hold.py", port: pool.port, ["--connections", "\(Self.connections)"])
            let ready = try await holder.event("ready", as: HeldConnections.self, within: .seconds(60))
            #expect(ready.connections.allSatisfy { $0.currentCid.configuration == 0 })

            for configuration: UInt8 in [1, 2] {
                try await pool.command("rotate-key")
                let status = try await pool.waitForStatus("the former configuration to be dropped") {
                    $0.configurations == [configuration]
                }
                #expect(status.slots.map(\.connections).reduce(0, +) == Self.connections)
                let now = try await holder.progress()
                #expect(now.allSatisfy { $0.currentCid.configuration == configuration })
                try await holder.waitForProgress(beyond: now)
            }

            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(20)) == .exited(0))
            #expect(try holder.events("lost", as: LossReport.self).isEmpty)
            let counters = try await pool.terminate()
            #expect(counters.total("unroutable-ids") == 0)
            // What was still on its way under an old ID when its configuration went is sent again, as any packet that is
            // lost: a few, and of no connection so many that it ends.
            let late =
                counters.total("dropped-unknown-connection") + counters.total("dropped-foreign-server-id")
            #expect(late < Self.connections, "\(late) datagrams came too late")
        }
    }
}
