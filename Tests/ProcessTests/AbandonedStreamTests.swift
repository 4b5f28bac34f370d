import Testing

extension ProcessTests {
    /// Streams that nobody reads to their end do not take the connection's flow-control credit with them.
    @Suite struct AbandonedStreamTests {
        @Test(.needsDrover, .needsPython, arguments: ["stopped", "unidirectional"])
        func theConnectionGoesOn(kind: String) async throws {
            let pool = try await DroverProcess.start(workers: 1)
            let client = try PythonClient("abandon.py", port: pool.port, ["--kind", kind])
            #expect(try await client.exitStatus(within: .seconds(40)) == .exited(0))
            try await pool.terminate()
        }
    }
}
