import Control
import Foundation
import Glibc
import Linux
import TestSupport
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
            Row("--datagram-frame", "1300", visiting: ["--library", "qh3", "--datagram", "1000"]) {
                $0.datagram == 1000
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
            Row("--alpn", "other", "--alpn", "third", visiting: ["--alpn", "third"]) { $0.echoed == 1 },
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

        /// The host ID is what that load balancer reads: plaintext at octets 1 to 8, the slot behind it.
        @Test(.needsDrover, .needsPython)
        func connectionIDsAreAsAWSReadsThem() async throws {
            let host = "0102030405060708"
            let pool = try await Self.start(
                ["--connection-ids", "aws-nlb", "--host-id", host], isKeyGiven: false)
            let id = try await PythonClient.visit(pool)[0].serverCid.hexadecimal
            #expect(id.count == 32 && id.dropFirst(2).hasPrefix(host + "00"))
        }

        @Test(.needsDrover)
        func aWorkerThatShowsNoSignOfLifeIsReplaced() async throws {
            let pool = try await Self.start(["--worker-timeout", "2s"])
            try pool.workers()[0].send(SIGSTOP)
            try await pool.waitForStatus("another worker") {
                $0.slots[0].incarnation == 2 && $0.slots[0].state == .active
            }
        }

        /// A handshake that its client leaves where it is has the next client asked for its address, with --retry-half-open.
        @Test(.needsDrover, .needsPython)
        func halfOpenConnectionsMakeItAsk() async throws {
            let pool = try await Self.start(["--retry-half-open", "1"])
            #expect(try await PythonClient.probe(pool, ["small-initial"]).ok)
            let visits = try await PythonClient.visit(pool)
            #expect(visits[0].ok && visits[0].retried)
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
                ("--stop-code", "\(UInt64(1) << 62)", "0 to 4611686018427387903"),
                ("--stop-reason", String(repeating: "x", count: 257), "give 256 at most"),
                ("--config-id", "7", "0 to 6"), ("--gso", "on", "auto or off"),
                ("--gro", "on", "auto or off"),
                ("--congestion-control", "vegas", "cubic, bbr or reno"),
                ("--address-validation", "maybe", "never, always or auto"),
                ("--client-certificates", "maybe", "off, optional or required"),
                ("--connection-ids", "random", "keyed, plaintext or aws-nlb"),
                ("--idle-timeout", "soon", "30s, 5m or 12h"),
            ])
        func anOptionOutOfRangeIsRefusedByNameAndRange(
            option: String, value: String, range: String
        ) async throws {
            try await expectRefusal([option, value], status: 64, option, range)
        }

        private func expectRefusal(_ options: [String], status: Int32, _ texts: String...) async throws {
            let directory = try TemporaryDirectory()
            let process = try ChildProcess(
                Executables.drover,
                ["serve", "--dev-cert"] + DroverProcess.directories(in: directory) + options,
                mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(10)) == .exited(status))
            try await process.output.waitForEnd()
            let lines = process.output.lines.joined(separator: "\n")
            #expect(texts.allSatisfy { lines.contains($0) }, "\(lines)")
        }

        @Test(.needsDrover, arguments: ["7", "21"])
        func aLengthOfConnectionIDsOutOfRangeIsRefused(length: String) async throws {
            let option = "--connection-id-length"
            try await expectRefusal([option, length], status: 64, option, length)
        }

        /// A file is named, and not what is in it.
        @Test(
            .needsDrover,
            arguments: [
                ("--psk-file", "someone", "a line is not an identity, a colon and hexadecimal digits"),
                ("--psk-file", "someone:xy", "a line is not an identity, a colon and hexadecimal digits"),
                ("--reset-secret-file", "0102", "write 64 hexadecimal digits into it"),
                ("--connection-id-key", "0102", "write 32 hexadecimal digits into it"),
            ])
        func aFileOfSecretsThatSaysSomethingElseIsRefused(
            option: String, contents: String, why: String
        ) async throws {
            let directory = try TemporaryDirectory()
            let path = directory.path("secrets")
            try File.replace(path, with: Array(contents.utf8), mode: 0o600)
            try await expectRefusal([option, path], status: 78, "\(option) \(path)", why)
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
