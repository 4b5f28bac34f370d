import Testing

extension ProcessTests {
    /// What a single datagram of a client gets.
    @Suite struct HandshakeTests {
        @Test(.needsDrover, .needsPython)
        func handshakesAndEchoesOneByte() async throws {
            let pool = try await DroverProcess.start(workers: 1)
            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "1", "--concurrency", "1", "--bytes", "1"])
            #expect(try await client.exitStatus(within: .seconds(30)) == .exited(0))
            let counters = try await pool.terminate()
            #expect(counters.accepted == [1])
        }

        @Test(.needsDrover, .needsPython, .needsIPv6)
        func everyAddressOfEitherFamilyServes() async throws {
            let pool = try await DroverProcess.start(workers: 2, listen: ["127.0.0.1:0", "[::1]:0"])
            #expect(pool.ports.count == 2)
            for (host, port) in zip(["127.0.0.1", "::1"], pool.ports) {
                let client = try PythonClient(
                    "echo_transfer.py", port: port,
                    ["--host", host, "--connections", "8", "--concurrency", "4", "--bytes", "100000"])
                #expect(try await client.exitStatus(within: .seconds(30)) == .exited(0), "\(host)")
            }
            let counters = try await pool.terminate()
            #expect(counters.accepted.reduce(0, +) == 16)
        }

        /// RFC 9000 §6.1
        @Test(.needsDrover, .needsPython)
        func unknownVersionGetsVersionNegotiation() async throws {
            try await expectProbe(["version"], workers: 2)
        }

        /// RFC 9000 §14.1
        @Test(.needsDrover, .needsPython)
        func smallInitialGetsNothing() async throws {
            try await expectProbe(["small-initial"], workers: 2)
        }

        /// RFC 9000 §10.3: the slot is one of two, the rest of the ID is made up.
        @Test(.needsDrover, .needsPython, .needsBPF, arguments: ["00", "01"])
        func unknownConnectionOfASlotGetsAStatelessReset(slot: String) async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let connectionID = try await madeUpConnectionID(of: pool, slot: slot)
            try await expectProbe(["reset", "--cid", connectionID], on: pool)
            // RFC 9000 §10.3: an answer to so small a packet could not be smaller than it.
            try await expectProbe(["no-reset", "--cid", connectionID, "--size", "21"], on: pool)
        }

        @Test(.needsDrover, .needsPython, .needsBPF)
        func connectionIDOfNoSlotGetsNothing() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let connectionID = try await madeUpConnectionID(of: pool, slot: "c8")
            try await expectProbe(["no-reset", "--cid", connectionID], on: pool)
        }

        /// The first octet and the length are those of an ID that the pool gave; slot and nonce not.
        private func madeUpConnectionID(of pool: DroverProcess, slot: String) async throws -> String {
            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "1", "--concurrency", "1", "--bytes", "1"])
            #expect(try await client.exitStatus(within: .seconds(30)) == .exited(0))
            let report = try #require(client.events("connection", as: TransferReport.self).first)
            let given = report.serverCid.hexadecimal
            let made = given.prefix(2) + DroverProcess.hostID + slot
            return made + String(repeating: "5", count: given.count - made.count)
        }

        private func expectProbe(_ arguments: [String], workers: Int) async throws {
            try await expectProbe(arguments, on: try await DroverProcess.start(workers: workers))
        }

        private func expectProbe(_ arguments: [String], on pool: DroverProcess) async throws {
            let client = try PythonClient("probe.py", port: pool.port, arguments)
            let report = try await client.event("probe", as: ProbeReport.self, within: .seconds(30))
            #expect(report.ok, "\(report.failure ?? "")")
        }
    }
}
