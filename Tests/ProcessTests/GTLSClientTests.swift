import Foundation
import TestSupport
import Testing

extension ProcessTests {
    /// ngtcp2's client over HTTP/3, with what it can do to a connection.
    @Suite struct GTLSClientTests {
        private let directory = try! TemporaryDirectory()

        private func transfer(
            _ pool: DroverProcess, connections: Int = 4, bytes: Int = 5_000_000, _ arguments: [String]
        ) async throws -> [TransferReport] {
            let client = try PythonClient(
                "gtls_transfer.py", port: pool.port,
                ["--connections", "\(connections)", "--concurrency", "1", "--bytes", "\(bytes)"] + arguments)
            #expect(try await client.exitStatus(within: .seconds(120)) == .exited(0))
            return try client.events("connection", as: TransferReport.self)
        }

        @Test(.needsH3Echo, .needsPython, .needsGTLSClient)
        func keysAreUpdated() async throws {
            let pool = try await DroverProcess.startH3Echo(workers: 2)
            let transfers = try await transfer(pool, ["--key-update", "1ms"])
            #expect(transfers.allSatisfy { $0.ok && $0.keyUpdates == 1 })
        }

        /// RFC 9000 §9: on purpose with a validated path, and as behind a NAT without a word.
        @Test(.needsH3Echo, .needsPython, .needsGTLSClient, arguments: [true, false])
        func clientsMove(onPurpose: Bool) async throws {
            let pool = try await DroverProcess.startH3Echo(workers: 2)
            let transfers = try await transfer(
                pool, ["--change-port", "1ms"] + (onPurpose ? [] : ["--silently"]))
            #expect(transfers.allSatisfy { $0.ok && $0.changedPorts == 1 })
            #expect(transfers.allSatisfy { $0.validated == (onPurpose ? 1 : 0) })
            let counters = try await pool.terminate()
            #expect(counters.accepted.reduce(0, +) == 4)
        }

        @Test(.needsH3Echo, .needsPython, .needsGTLSClient)
        func aSessionResumesInAnotherWorker() async throws {
            let trace = directory.path("trace")
            let pool = try await DroverProcess.startH3Echo(workers: 2, trace: trace)
            let transfers = try await transfer(
                pool, connections: 20, bytes: 1000, ["--memory", directory.url.path])
            #expect(transfers.allSatisfy { $0.ok })
            #expect(Set(transfers.map(\.serverCid.slot)).count == 2, "one worker had all connections")
            struct Event: Decodable {
                let event: String
                let resumed: Bool?
            }
            let resumed = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
                .map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
                .filter { $0.event == "handshake-completed" }.map(\.resumed)
            #expect(resumed == [false] + Array(repeating: true, count: 19))
        }
    }
}
