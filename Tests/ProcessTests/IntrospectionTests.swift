import Foundation
import Testing

extension ProcessTests {
    /// What a handler sees of its worker and connections (Tests/Fixtures/H3Echo/Inspection.swift).
    @Suite struct IntrospectionTests {
        private struct Inspection: Decodable {
            struct Connection: Decodable {
                let peer: String
                let state: String
                let ids: [String]
                let applicationProtocol: String
                let octetsReceived: UInt64
                let octetsSent: UInt64
                let roundTripMicroseconds: Int64
                let congestionWindow: UInt64
                let isOlderThanNothing: Bool
            }

            let slot: UInt8
            let port: UInt16
            let localAddresses: [String]
            let accepted: UInt64
            let connections: [Connection]
        }

        @Test(.needsH3Echo, .needsVisitor)
        func aHandlerSeesItsWorkerAndConnections() async throws {
            let pool = try await DroverProcess.startH3Echo(workers: 1, preferred: "127.0.0.2:0")
            let addresses = ["127.0.0.1:\(pool.ports[0])", "127.0.0.2:\(pool.ports[1])"]
            #expect(pool.output.contains("bound to \(addresses)"))
            let visit = try await Visitor.visit(
                port: pool.port, "--alpn", "inspect", "--steps", "read,read", "--ignore-preferred-address")[0]
            let text = try #require(visit.text)
            let inspection = try JSONDecoder().decode(Inspection.self, from: Data(text.utf8))
            #expect(inspection.slot == 0 && inspection.accepted == 1)
            #expect(inspection.port == pool.port && inspection.localAddresses == addresses)
            let connection = try #require(inspection.connections.first)
            #expect(inspection.connections.count == 1)
            #expect(connection.peer == "127.0.0.1:\(visit.localPorts[0])")
            #expect(connection.state == "established" && connection.applicationProtocol == "inspect")
            // The client's own first one, the handshake's, the preferred address's, and those that were issued.
            #expect((3...9).contains(connection.ids.count))
            #expect(connection.octetsReceived > 1200 && connection.octetsSent > 1200)
            #expect(connection.roundTripMicroseconds > 0 && connection.congestionWindow > 1200)
            #expect(connection.isOlderThanNothing)
        }
    }
}
