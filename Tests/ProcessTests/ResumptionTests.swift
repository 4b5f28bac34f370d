import Glibc
import TestSupport
import Testing

extension ProcessTests {
    /// What clients keep of a pool is good in each of its workers, and after a restart.
    @Suite struct ResumptionTests {
        @Test(.needsDrover, .needsPython, arguments: ["aioquic", "qh3"])
        func aSessionResumesInAnotherWorkerAndAfterARestart(library: String) async throws {
            let directory = try TemporaryDirectory()
            let arguments = ["--library", library, "--memory", directory.path("memory")]
            let first = try await DroverProcess.start(workers: 2)
            let visits = try await PythonClient.visit(first, arguments + ["--visits", "12"])
            #expect(visits.map(\.resumed) == [false] + Array(repeating: true, count: 11))
            let changes = zip(visits, visits.dropFirst()).count { $0.serverCid.slot != $1.serverCid.slot }
            #expect(changes > 0, "no session was resumed in another worker")
            try await first.terminate()

            let second = try await DroverProcess.start(workers: 2, after: first)
            let later = try await PythonClient.visit(second, arguments)
            #expect(later.allSatisfy { $0.ok && $0.resumed })
        }

        /// The reset secret is kept: a client learns that its connection is gone from a pool that knows nothing of it.
        @Test(.needsDrover, .needsPython, .needsBPF)
        func aPoolThatWasKilledResetsItsConnectionsWhenItIsBack() async throws {
            let first = try await DroverProcess.start(workers: 2)
            let client = try PythonClient("hold.py", port: first.port, ["--connections", "4"])
            _ = try await client.event("ready", as: HeldConnections.self, within: .seconds(30))
            let workers = try first.workers()
            // Or else it would replace them, or they would close their connections.
            first.send(SIGSTOP)
            workers.forEach { $0.send(SIGKILL) }
            first.send(SIGKILL)
            try await first.waitUntilAllEnded()

            let second = try await DroverProcess.start(workers: 2, listen: [first.address], after: first)
            let losses = try await client.events("lost", as: LossReport.self, count: 4, within: .seconds(30))
            #expect(losses.map(\.reason) == Array(repeating: "stateless_reset", count: 4))
            try client.closeInput()
            let counters = try await second.terminate()
            #expect(counters.total("resets-sent") >= 4)
        }
    }
}
