import Foundation
import Glibc
import Linux
import TestSupport
import Testing

extension ProcessTests {
    /// How the pool's sockets are set up, as the kernel and the peers see it.
    @Suite struct SocketOptionTests {
        /// CAP_NET_ADMIN lets them pass the system's limit.
        @Test(.needsDrover, .needsRoot)
        func buffersAreAsLarge() async throws {
            let pool = try await DroverProcess.start(
                workers: 1, "--receive-buffer", "33554432", "--send-buffer", "16777216")
            let line =
                "drover: each socket has a receive buffer of 33554432 octets, a send buffer of 16777216"
            #expect(pool.output.contains(line))
        }

        /// What others get is said, too.
        @Test(.needsDrover, .needsRoot)
        func buffersAreLimitedWithoutTheCapability() async throws {
            func limit(_ name: String) throws -> Int {
                let octets = try File.contents(of: "/proc/sys/net/core/\(name)")
                let text = String(decoding: octets, as: UTF8.self)
                return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            }
            let (receive, send) = (try limit("rmem_max"), try limit("wmem_max"))
            let pool = try await DroverProcess.start(
                workers: 1, "--receive-buffer", "\(2 * receive)", "--send-buffer", "\(2 * send)",
                launcher: DroverProcess.without("net_admin"))
            let line =
                "drover: each socket has a receive buffer of \(receive) octets, a send buffer of \(send)"
            #expect(pool.output.contains(line))
        }

        /// RFC 2474
        @Test(.needsDrover, .needsPython, .needsIPv6, arguments: ["0", "46"])
        func packetsAreMarked(codepoint: String) async throws {
            let hosts = ["127.0.0.1", "::1"]
            let pool = try await DroverProcess.start(
                workers: 1, "--dscp", codepoint, listen: ["127.0.0.1:0", "[::1]:0"])
            for (host, port) in zip(hosts, pool.ports) {
                let client = try PythonClient(
                    "probe.py", port: port, ["--host", host, "traffic-class", "--dscp", codepoint])
                let report = try await client.event("probe", as: ProbeReport.self, within: .seconds(30))
                #expect(report.ok, "\(host): \(report.failure ?? "")")
            }
        }

        /// RFC 9000 §14.3: as long as the path takes, up to what the option says.
        @Test(.needsDrover, .needsPython, arguments: [("1200", 1200...1200), ("1452", 1400...1452)])
        func packetsAreAsLongAsTheyMayBe(limit: String, lengths: ClosedRange<Int>) async throws {
            let pool = try await DroverProcess.start(workers: 1, "--udp-payload", limit)
            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "1", "--concurrency", "1", "--bytes", "1000000"])
            #expect(try await client.exitStatus(within: .seconds(30)) == .exited(0))
            let transfer = try client.events("connection", as: TransferReport.self)[0]
            #expect(lengths.contains(try #require(transfer.longestDatagram)), "\(transfer)")
        }

        /// A client learns how long its packets may be from the answer to its first.
        @Test(.needsDrover, .needsPython)
        func aFirstPacketMayBeLongerThanOthers() async throws {
            let pool = try await DroverProcess.start(
                workers: 1, "--gro", "off", "--udp-payload", "1200")
            let report = try await PythonClient.probe(pool, ["initial", "--size", "1472"])
            #expect(report.ok, "\(report.failure ?? "")")
        }

        /// Trains reach a client whole where the server sends them so; one whose datagrams are of several workers is taken
        /// apart by the kernel before it steers, where the server does not receive them whole.
        @Test(
            .needsDrover, .needsPython, .needsBPF,
            arguments: [([], true, true), (["--gso", "off"], false, true), (["--gro", "off"], true, false)])
        func trainsGoInOnePiece(options: [String], sends: Bool, receives: Bool) async throws {
            let pool = try await DroverProcess.start(workers: 4, options: options)
            let client = try PythonClient(
                "mixed_trains.py", port: pool.port, ["--connections", "20", "--bytes", "100000"])
            #expect(try await client.exitStatus(within: .seconds(80)) == .exited(0))
            let summary = try #require(try client.events("summary", as: TrainReport.self).first)
            #expect((summary.receivedTrains > 0) == sends, "\(summary.receivedTrains)")
            let counters = try await pool.terminate()
            #expect((counters.total("forwarded") > 0) == receives, "\(counters.total("forwarded"))")
        }

        /// Two pools with one secret reset each other's connections; a third does not.
        @Test(.needsDrover, .needsPython, .needsBPF)
        func aResetSecretIsShared() async throws {
            let directory = try TemporaryDirectory()
            var tokens: [String] = []
            for secret in [1, 1, 2] as [UInt8] {
                let path = directory.path("secret")
                let text = String(repeating: "0\(secret)", count: 32)
                try File.replace(path, with: Array(text.utf8), mode: 0o600)
                let pool = try await DroverProcess.start(workers: 1, "--reset-secret-file", path)
                let report = try await PythonClient.probe(
                    pool, ["reset", "--cid", try TestKey.madeUpID(slot: 0)])
                tokens.append(try #require(report.token))
            }
            #expect(tokens[0] == tokens[1] && tokens[1] != tokens[2])
        }
    }
}
