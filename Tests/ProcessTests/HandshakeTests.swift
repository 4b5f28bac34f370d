import QUICLB
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

        /// RFC 9000 §8.1
        @Test(.needsDrover, .needsPython)
        func oneInitialGetsThreeTimesAsMuchAtMost() async throws {
            try await expectProbe(["amplification"], workers: 1)
        }

        /// RFC 9000 §14.1
        @Test(.needsDrover, .needsPython)
        func smallInitialGetsNothing() async throws {
            try await expectProbe(["small-initial"], workers: 2)
        }

        /// RFC 9000 §7.3: TRANSPORT_PARAMETER_ERROR.
        @Test(.needsDrover, .needsPython)
        func aConnectionIDThatTheParametersDenyEndsTheHandshake() async throws {
            let pool = try await DroverProcess.start(workers: 1)
            let visits = try await PythonClient.visit(pool, "--false-source-id")
            #expect(visits[0].end == VisitReport.End(kind: "transport", code: 0x08))
        }

        /// RFC 9000 §10.3: the slot is one of two, the rest of the ID is made up.
        @Test(.needsDrover, .needsPython, .needsBPF, arguments: [0, 1] as [UInt8])
        func unknownConnectionOfASlotGetsAStatelessReset(slot: UInt8) async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let connectionID = try TestKey.madeUpID(slot: slot)
            try await expectProbe(["reset", "--cid", connectionID], on: pool)
            // RFC 9000 §10.3: an answer to so small a packet could not be smaller than it.
            try await expectProbe(["no-reset", "--cid", connectionID, "--size", "21"], on: pool)
        }

        @Test(.needsDrover, .needsPython, .needsBPF)
        func connectionIDOfNoSlotGetsNothing() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let connectionID = try TestKey.madeUpID(slot: 200)
            try await expectProbe(["no-reset", "--cid", connectionID], on: pool)
        }

        private func expectProbe(_ arguments: [String], workers: Int) async throws {
            try await expectProbe(arguments, on: try await DroverProcess.start(workers: workers))
        }

        private func expectProbe(_ arguments: [String], on pool: DroverProcess) async throws {
            let report = try await PythonClient.probe(pool, arguments)
            #expect(report.ok, "\(report.failure ?? "")")
        }
    }
}
