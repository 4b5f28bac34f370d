import Control
import Testing

extension ProcessTests {
    /// Each option of `drover serve`, with what proves it on the wire.
    @Suite struct ServeOptionTests {
        /// An option and what a client sees of it.
        struct Row: Sendable, CustomTestStringConvertible {
            let options: [String]
            let arguments: [String]
            let isSeen: @Sendable (VisitReport) -> Bool

            init(
                _ options: String..., visiting arguments: [String] = [],
                isSeen: @escaping @Sendable (VisitReport) -> Bool
            ) {
                self.options = options
                self.arguments = arguments
                self.isSeen = isSeen
            }

            var testDescription: String { options.joined(separator: " ") }
        }

        static let rows = [
            Row("--idle-timeout", "7s") { $0.parameters.idleTimeout == 7 },
            Row("--stream-window", "20000") { $0.parameters.streamDataBidiRemote == 20_000 },
            Row("--connection-window", "30000") { $0.parameters.data == 30_000 },
            Row("--streams", "3") { $0.parameters.streamsBidi == 3 },
            Row("--unidirectional-streams", "4") { $0.parameters.streamsUni == 4 },
            Row("--udp-payload", "1300") { $0.parameters.udpPayload == 1300 },
            Row("--disable-active-migration") { $0.parameters.disableActiveMigration == true },
            Row("--datagram-frame", "1200", visiting: ["--datagram", "1000"]) {
                $0.parameters.datagramFrameSize == 1200 && $0.datagram == 1000
            },
            Row("--datagram-frame", "0") { $0.parameters.datagramFrameSize == nil },
            Row("--connection-id-length", "20") { $0.serverCid.hexadecimal.count == 40 },
            Row("--connection-ids", "plaintext") { $0.serverCid.slot == 0 },
            Row("--config-id", "5") { $0.serverCid.configuration == 5 },
            Row("--address-validation", "always") { $0.retried },
            Row("--address-validation", "never") { !$0.retried },
            Row("--congestion-control", "bbr") { $0.echoed == 1 },
            Row("--congestion-control", "reno") { $0.echoed == 1 },
            Row("--batch", "1") { $0.echoed == 1 },
        ]

        @Test(.needsDrover, .needsPython, arguments: rows)
        func anOptionIsSeen(row: Row) async throws {
            let keyIsGiven = !row.options.contains("plaintext")
            let pool = try await Self.start(row.options, isKeyGiven: keyIsGiven)
            let visits = try await PythonClient.visit(pool, row.arguments)
            #expect(visits[0].ok && row.isSeen(visits[0]), "\(visits[0])")
        }

        private static func start(_ options: [String], isKeyGiven: Bool = true) async throws -> DroverProcess
        {
            try await DroverProcess.start(workers: 1, options: options, isKeyGiven: isKeyGiven)
        }

        /// Who comes when a limit is reached learns it: CONNECTION_REFUSED (RFC 9000 §20.1).
        @Test(
            .needsDrover, .needsPython,
            arguments: [
                ("--connections", "refused-pool-limit"), ("--worker-connections", "refused-connection-limit"),
                ("--address-connections", "refused-address-limit"),
            ])
        func aLimitRefuses(option: String, counter: String) async throws {
            let pool = try await Self.start([option, "1"])
            let holder = try PythonClient("hold.py", port: pool.port, ["--connections", "1"])
            _ = try await holder.event("ready", as: HeldConnections.self, within: .seconds(30))
            let refused = try await PythonClient.visit(pool)
            #expect(refused[0].end == VisitReport.End(kind: "transport", code: 2))
            try holder.closeInput()
            let status = try await holder.exitStatus(within: .seconds(10))
            #expect(status == .exited(0))
            try await pool.waitForStatus("end of the connection") { $0.slots[0].connections == 0 }
            let accepted = try await PythonClient.visit(pool)
            #expect(accepted[0].ok)
            let counters = try await pool.terminate()
            #expect(counters.total(counter) == 1)
        }

        /// A handshake that its client leaves where it is keeps others out.
        @Test(.needsDrover, .needsPython)
        func halfOpenConnectionsAreLimited() async throws {
            let pool = try await Self.start(["--half-open", "1"])
            #expect(try await PythonClient.probe(pool, ["small-initial"]).ok)
            let refused = try await PythonClient.visit(pool)
            #expect(refused[0].end == VisitReport.End(kind: "transport", code: 2))
            let counters = try await pool.terminate()
            #expect(counters.total("refused-half-open-limit") == 1)
        }

        @Test(
            .needsDrover,
            arguments: [
                ("--idle-timeout", "0s", "1s to 24h"), ("--handshake-timeout", "11m", "1s to 10m"),
                ("--keep-alive", "25h", "1s to 24h"), ("--stream-window", "1023", "1024 to 16777216"),
                ("--connection-window", "1", "1024 to 67108864"), ("--streams", "65536", "0 to 65535"),
                ("--unidirectional-streams", "65536", "0 to 65535"),
                ("--udp-payload", "1199", "1200 to 65527"),
                ("--datagram-frame", "65536", "0 to 65535"), ("--connections", "0", "1 to 100000000"),
                ("--worker-connections", "0", "1 to 1000000"), ("--address-connections", "0", "1 to 1000000"),
                ("--half-open", "0", "1 to 100000"), ("--retry-half-open", "0", "1 to 100000"),
                ("--retry-rate", "9", "10 to 10000000"), ("--retry-token-lifetime", "61s", "1s to 1m"),
                ("--new-token-lifetime", "59s", "1m to 24h"),
                ("--receive-buffer", "1", "65536 to 1073741824"),
                ("--send-buffer", "1", "65536 to 1073741824"), ("--batch", "0", "1 to 1024"),
                ("--dscp", "64", "0 to 63"),
            ])
        func anOptionOutOfRangeIsRefusedByNameAndRange(
            option: String, value: String, range: String
        ) async throws {
            let process = try ChildProcess(
                Executables.drover, ["serve", "--dev-cert", option, value], mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(10)) == .exited(64))
            try await process.output.waitForEnd()
            let line = process.output.lines.last ?? ""
            #expect(line.contains(option) && line.contains(range), "\(line)")
        }

        /// aioquic and qh3 change their keys and their ports while they talk (RFC 9001 §6, RFC 9000 §9).
        @Test(.needsDrover, .needsPython, arguments: ["aioquic", "qh3"])
        func keysAndPortsChange(library: String) async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let visits = try await PythonClient.visit(
                pool, "--library", library, "--key-updates", "3", "--rebinds", "3")
            #expect(visits[0].ok && visits[0].echoed == 7)
        }

        /// RFC 9000 §9: what a NAT changes is followed, whatever clients are told not to do on purpose.
        @Test(.needsDrover, .needsPython, arguments: [[], ["--rebind-to", "127.0.0.77"]])
        func aNATMayChangePortsAndAddresses(arguments: [String]) async throws {
            let pool = try await Self.start(["--disable-active-migration"])
            let visits = try await PythonClient.visit(pool, ["--rebinds", "2"] + arguments)
            #expect(visits[0].ok && visits[0].echoed == 3)
        }

        @Test(.needsDrover, .needsPython)
        func aClientMayHaveConnectionIDsOfNoOctets() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let visits = try await PythonClient.visit(pool, "--no-id", "--key-updates", "2")
            #expect(visits[0].ok && visits[0].echoed == 3)
        }
    }
}
