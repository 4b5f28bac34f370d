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

        /// RFC 2474
        @Test(.needsDrover, .needsPython, arguments: ["0", "46"])
        func packetsAreMarked(codepoint: String) async throws {
            let pool = try await DroverProcess.start(workers: 1, "--dscp", codepoint)
            let report = try await PythonClient.probe(pool, ["traffic-class", "--dscp", codepoint])
            #expect(report.ok, "\(report.failure ?? "")")
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
