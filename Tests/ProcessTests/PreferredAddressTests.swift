import Testing

extension ProcessTests {
    /// The server's other address, where other people's clients go on (RFC 9000 §9.6).
    @Suite struct PreferredAddressTests {
        /// ngtcp2's client moves there by itself, in the middle of its transfer.
        @Test(.needsH3Echo, .needsPython, .needsGTLSClient)
        func ngtcp2sClientGoesOnThere() async throws {
            let pool = try await DroverProcess.startH3Echo(workers: 2, preferred: "127.0.0.2:0")
            let client = try PythonClient(
                "gtls_transfer.py", port: pool.port,
                ["--connections", "6", "--concurrency", "2", "--bytes", "1000000"])
            #expect(try await client.exitStatus(within: .seconds(60)) == .exited(0))
            let transfers = try client.events("connection", as: TransferReport.self)
            #expect(transfers.map(\.remote) == Array(repeating: "127.0.0.2:\(pool.ports[1])", count: 6))
            let counters = try await pool.terminate()
            #expect(counters.accepted.reduce(0, +) == 6)
        }

        /// aioquic learns of it and stays; what it is told is what the pool listens on.
        @Test(.needsDrover, .needsPython)
        func aioquicIsToldOfIt() async throws {
            let pool = try await DroverProcess.start(workers: 1, "--preferred-address", "127.0.0.2:0")
            let visits = try await PythonClient.visit(pool)
            #expect(visits[0].ok && visits[0].parameters.preferredAddress == "127.0.0.2:\(pool.ports[1])")
            let there = try await PythonClient.visit(
                pool, "--port", "\(pool.ports[1])", "--host", "127.0.0.2")
            #expect(there[0].ok && there[0].parameters.preferredAddress == nil)
        }

        @Test(
            .needsDrover,
            arguments: [
                (["0.0.0.0:0"], "clients could not send there"),
                (["127.0.0.2:0", "127.0.0.3:0"], "there is another of its family"),
            ])
        func oneThatIsOfNoUseIsRefused(addresses: [String], why: String) async throws {
            let process = try ChildProcess(
                Executables.drover,
                ["serve", "--dev-cert"] + addresses.flatMap { ["--preferred-address", $0] },
                mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(10)) == .exited(64))
            try await process.output.waitForEnd()
            #expect(process.output.lines.last?.contains(why) == true, "\(process.output.lines)")
        }
    }
}
