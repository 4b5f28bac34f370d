import Foundation
import TestSupport
import Testing

extension ProcessTests {
    /// What happens to connections, line by line.
    @Suite struct EventTraceTests {
        private struct Event: Decodable {
            let time: UInt64
            let connection: String
            let event: String
            let peer: String?
            let type: String?
            let frames: [String: Int]?
            let valid: Bool?
            let alpn: String?
            let code: String?
        }

        private let directory = try! TemporaryDirectory()

        private func events(in path: String) throws -> [Event] {
            let decoder = JSONDecoder()
            return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
                .map { try decoder.decode(Event.self, from: Data($0.utf8)) }
        }

        @Test(.needsDrover, .needsPython)
        func aServersConnectionsAreTraced() async throws {
            let path = directory.path("trace")
            let pool = try await DroverProcess.start(
                workers: 1, "--event-trace", path, "--datagram-frame", "1200")
            let visit = try await PythonClient.visit(
                pool, "--key-updates", "1", "--rebinds", "1", "--datagram", "100")[0]
            #expect(visit.ok)
            try await pool.terminate()
            let events = try events(in: path)
            #expect(Set(events.map(\.connection)) == [visit.serverCid.hexadecimal])
            #expect(events.map(\.time) == events.map(\.time).sorted())
            #expect(events.contains { $0.event == "started" && $0.peer?.hasPrefix("127.0.0.1:") == true })
            func has(_ event: String, _ type: String, _ frames: String...) -> Bool {
                events.contains { one in
                    one.event == event && one.type == type
                        && frames.allSatisfy { one.frames?[$0] ?? 0 > 0 }
                }
            }
            #expect(has("packet-received", "Initial", "crypto"))
            #expect(has("packet-sent", "Handshake", "crypto"))
            #expect(has("packet-sent", "1-RTT", "handshake-done"))
            #expect(has("packet-sent", "1-RTT", "new-connection-id"))
            #expect(has("packet-received", "1-RTT", "stream"))
            #expect(has("packet-received", "1-RTT", "datagram"))
            #expect(has("packet-sent", "1-RTT", "path-challenge"))
            #expect(events.contains { $0.event == "handshake-completed" && $0.alpn == "echo" })
            #expect(events.contains { $0.event == "keys-updated" })
            #expect(events.contains { $0.event == "path-validated" && $0.valid == true })
            #expect(events.count { $0.event == "connection-id-issued" } >= 7)
            #expect(events.last?.event == "closed" && events.last?.code == "closedByPeer")
        }

        @Test(.needsDrover, .needsVisitor)
        func aClientsConnectionsAreTraced() async throws {
            let path = directory.path("trace")
            let pool = try await DroverProcess.start(workers: 1)
            let visits = try await Visitor.visit(
                port: pool.port, "--event-trace", path, "--visits", "2", "--steps", "echo,migrate")
            #expect(visits.allSatisfy { $0.ok })
            let events = try events(in: path)
            #expect(Set(events.map(\.connection)).count == 2)
            #expect(events.count { $0.event == "path-validated" && $0.valid == true } == 2)
            #expect(events.count { $0.event == "closed" && $0.code == "closedLocally" } == 2)
        }

        /// A peer can make a connection have any number of events.
        @Test(.needsDrover, .needsVisitor)
        func aTraceHasAnEnd() async throws {
            let path = directory.path("trace")
            let pool = try await DroverProcess.start(workers: 1, "--event-trace", path)
            let visits = try await Visitor.visit(port: pool.port, "--octets", "20000000")
            #expect(visits[0].ok)
            try await pool.terminate()
            let events = try events(in: path)
            #expect(events.map(\.event).suffix(2) == ["truncated", "closed"])
            #expect(events.count == 10_001)
        }
    }
}
