import Testing

extension ProcessTests {
    /// A handler that throws costs its own connection, and the operator learns why.
    @Suite struct HandlerFailureTests {
        /// h3-echo's handler throws for clients with the protocol `fail`.
        @Test(.needsH3Echo, .needsPython, .needsGTLSClient)
        func itsConnectionEndsWithAnApplicationErrorAndOthersGoOn() async throws {
            let pool = try await DroverProcess.startH3Echo(workers: 1)
            let workers = try pool.workers()
            let failed = try await PythonClient.visit(pool, "--alpn", "fail")
            #expect(failed[0].end == VisitReport.End(kind: "application", code: 1))
            try await pool.waitForLines(1, containing: "handler failed")
            #expect(pool.output.contains { $0.contains(" peer=127.0.0.1:") && $0.contains(" connection=") })
            // Many at once do not fill the log.
            let many = try await PythonClient.visit(pool, "--alpn", "fail", "--visits", "40")
            #expect(many.allSatisfy { $0.end == VisitReport.End(kind: "application", code: 1) })
            let lines = pool.output.count { $0.contains("handler failed") }
            #expect(lines < 41)

            let other = try PythonClient(
                "gtls_transfer.py", port: pool.port,
                ["--connections", "2", "--concurrency", "2", "--bytes", "10000"])
            let status = try await other.exitStatus(within: .seconds(30))
            #expect(status == .exited(0))
            #expect(try pool.workers() == workers)
        }
    }
}
