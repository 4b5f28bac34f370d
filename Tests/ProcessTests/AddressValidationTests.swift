import Glibc
import Linux
import TestSupport
import Testing

extension ProcessTests {
    /// Retry and NEW_TOKEN as other people's clients see them (RFC 9000 §8.1).
    @Suite struct AddressValidationTests {
        private static let libraries = ["aioquic", "qh3"]

        private static func pool(
            _ mode: String, after former: DroverProcess? = nil
        ) async throws -> DroverProcess {
            let address = former?.address ?? "127.0.0.1:0"
            return try await DroverProcess.start(
                workers: 2, "--address-validation", mode, listen: [address], after: former)
        }

        @Test(.needsDrover, .needsPython, arguments: libraries)
        func always(library: String) async throws {
            let pool = try await Self.pool("always")
            let visits = try await PythonClient.visit(
                pool, "--library", library, "--visits", "5")
            // The libraries keep a token that they are given: the first visit has none.
            #expect(visits.allSatisfy { $0.ok })
            #expect(visits[0].retried)
            let counters = try await pool.terminate()
            // qh3's ClientHello takes two datagrams, and each is answered.
            #expect(counters.total("retries-sent") >= visits.count { $0.retried })
            #expect(counters.accepted.reduce(0, +) == 5)
        }

        @Test(.needsDrover, .needsPython, arguments: libraries)
        func never(library: String) async throws {
            let pool = try await Self.pool("never")
            let visits = try await PythonClient.visit(pool, "--library", library, "--visits", "5")
            #expect(visits.allSatisfy { $0.ok && !$0.retried })
        }

        /// More than one first packet in a tenth of a second is too much for this pool.
        @Test(.needsDrover, .needsPython)
        func underLoad() async throws {
            let pool = try await DroverProcess.start(
                workers: 1, "--address-validation", "auto", "--retry-rate", "10", "--new-token-lifetime", "0")
            let visits = try await PythonClient.visit(pool, "--visits", "20")
            #expect(visits.allSatisfy { $0.ok })
            #expect(!visits[0].retried)
            #expect(visits.contains { $0.retried })
        }

        /// A token of one connection spares the next the Retry: from another port, in any worker, and after a restart.
        @Test(.needsDrover, .needsPython)
        func aTokenIsGoodForALaterConnection() async throws {
            let directory = try TemporaryDirectory()
            let memory = directory.path("memory")
            let first = try await Self.pool("always")
            let visits = try await PythonClient.visit(first, "--visits", "24", "--memory", memory)
            #expect(visits.map(\.retried) == [true] + Array(repeating: false, count: 23))
            #expect(Set(visits.map(\.serverCid.slot)).count == 2, "one worker had all connections")
            try await first.terminate()

            let second = try await Self.pool("always", after: first)
            let later = try await PythonClient.visit(second, "--visits", "2", "--memory", memory)
            #expect(later.allSatisfy { $0.ok && !$0.retried })
            // RFC 9000 §8.1.4: it is the client's address that it proves.
            let elsewhere = try await PythonClient.visit(
                second, "--local-host", "127.0.0.77", "--memory", memory)
            #expect(elsewhere[0].ok && elsewhere[0].retried)
        }

        /// RFC 9000 §8.1.4: the second time it is as if there were none.
        @Test(.needsDrover, .needsPython)
        func aTokenIsGoodOnceInAWorker() async throws {
            let directory = try TemporaryDirectory()
            let memory = directory.path("memory")
            let pool = try await DroverProcess.start(workers: 1, "--address-validation", "always")
            _ = try await PythonClient.visit(pool, "--memory", memory)
            let kept = try File.contents(of: memory)
            for retried in [false, true] {
                let visits = try await PythonClient.visit(pool, "--memory", memory)
                #expect(visits[0].ok && visits[0].retried == retried)
                try File.replace(memory, with: kept, mode: 0o600)
            }
        }

        @Test(.needsDrover, .needsPython)
        func aTokenOfARetryGrowsOld() async throws {
            let pool = try await DroverProcess.start(
                workers: 1, "--address-validation", "always", "--retry-token-lifetime", "1s")
            let visits = try await PythonClient.visit(pool, "--answer-retry-after", "1.2")
            #expect(visits[0].end == VisitReport.End(kind: "transport", code: 0x0b))
        }

        @Test(.needsDrover, .needsPython)
        func noTokenMayBeGiven() async throws {
            let pool = try await DroverProcess.start(
                workers: 1, "--address-validation", "always", "--new-token-lifetime", "0")
            let visits = try await PythonClient.visit(pool, "--visits", "3")
            #expect(visits.allSatisfy { $0.ok && $0.retried })
        }

        /// RFC 9000 §8.1.2
        @Test(
            .needsDrover, .needsPython,
            arguments: [["--damage-token"], ["--answer-retry-from", "127.0.0.78"]])
        func aBadTokenOfARetryIsInvalid(arguments: [String]) async throws {
            let pool = try await Self.pool("always")
            let visits = try await PythonClient.visit(pool, arguments)
            let invalidToken: UInt64 = 0x0b
            #expect(visits[0].end == VisitReport.End(kind: "transport", code: invalidToken))
            let counters = try await pool.terminate()
            #expect(counters.total("refused-invalid-token") == 1)
            #expect(counters.accepted == [0, 0])
        }

        @Test(.needsDrover, .needsPicoquic, arguments: [("always", 3), ("never", 0)])
        func picoquicAnswersARetry(mode: String, retries: Int) async throws {
            let pool = try await Self.pool(mode)
            let client = try PythonClient(
                "picoquic_echo.py", ["--port", "\(pool.port)", "--visits", "3"],
                python: Executables.picoquicPython)
            let status = try await client.exitStatus(within: .seconds(60))
            #expect(status == .exited(0))
            let counters = try await pool.terminate()
            #expect(counters.total("retries-sent") == retries)
            #expect(counters.accepted.reduce(0, +) == 3)
        }

        @Test(
            .needsDrover, .needsH3Echo, .needsPython, .needsGTLSClient,
            arguments: [("always", 4), ("auto", 0), ("never", 0)])
        func ngtcp2sClientAnswersARetry(mode: String, retries: Int) async throws {
            let pool = try await DroverProcess.startH3Echo(workers: 2, addressValidation: mode)
            let client = try PythonClient(
                "gtls_transfer.py", port: pool.port,
                ["--connections", "4", "--concurrency", "2", "--bytes", "100000"])
            #expect(try await client.exitStatus(within: .seconds(60)) == .exited(0))
            let counters = try await pool.terminate()
            #expect(counters.total("retries-sent") == retries)
            #expect(counters.accepted.reduce(0, +) == 4)
        }
    }
}
