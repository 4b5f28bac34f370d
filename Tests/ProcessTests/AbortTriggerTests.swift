import Control
import Testing

extension ProcessTests {
    /// What made releases of ngtcp2 before 1.11 abort leaves the worker running, and other clients served.
    @Suite struct AbortTriggerTests {
        /// The same ID again, another one under its number, another token: the last two end the connection, as they
        /// may (RFC 9000 §19.15).
        @Test(.needsDrover, .needsPython, arguments: [0, 1, 2])
        func duplicateConnectionIDsBelowRetirePriorTo(variant: Int) async throws {
            try await expectTheWorkerToLive(
                after: "duplicate-id", variant: variant, connectionGoesOn: variant == 0 ? true : nil)
        }

        /// Without a look at the answers, with one on the new path, and with one on the old.
        @Test(.needsDrover, .needsPython, arguments: [0, 1, 2])
        func aPathThatFlipsWhileItIsValidated(variant: Int) async throws {
            try await expectTheWorkerToLive(after: "path-flip", variant: variant, connectionGoesOn: true)
        }

        private func expectTheWorkerToLive(
            after trigger: String, variant: Int, connectionGoesOn: Bool?
        ) async throws {
            let pool = try await DroverProcess.start(workers: 1)
            let workers = try pool.workers()
            let client = try PythonClient(
                "abort_triggers.py", port: pool.port, [trigger, "--variant", "\(variant)"])
            let report = try await client.event("probe", as: ProbeReport.self, within: .seconds(60))
            if let connectionGoesOn { #expect(report.ok == connectionGoesOn, "\(report.failure ?? "")") }
            let visits = try await PythonClient.visit(pool)
            #expect(visits[0].ok)
            #expect(try pool.workers() == workers)
            let status = try await pool.status()
            #expect(status.slots.map(\.incarnation) == [1])
        }
    }
}
