import Control
import InitialPackets
import QUICLB
import Testing
import Transport

@testable import Listener

/// RFC 9000 §12.2: packets that come in one datagram are of one connection.
@Suite struct CoalescedPacketTests {
    @Test("what follows with another connection ID is ignored, and the connection goes on")
    func otherConnectionID() throws {
        let pool = try ListenerPool(slots: 1)
        let client = try TestClient()
        let (first, second) = (pool.clientID(placedOn: 0), pool.clientID(placedOn: 0))
        try client.send(
            InitialPacket.datagram(destination: first) + InitialPacket.datagram(destination: second),
            to: pool.members[0].address)
        try pool.run { pool.total(.connectionsAccepted) == 1 }
        let table = pool.members[0].listener.table
        let connection = try #require(table[ConnectionID(first)!])
        #expect(connection.isOpen && table.count == 1)
        #expect(table[ConnectionID(second)!] == nil)
    }

    @Test("it is not another connection's, though it has that one's ID")
    func anotherConnection() throws {
        let pool = try ListenerPool(slots: 1)
        let client = try TestClient()
        let (first, second) = (pool.clientID(placedOn: 0), pool.clientID(placedOn: 0))
        try client.send(InitialPacket.datagram(destination: first), to: pool.members[0].address)
        try pool.run { pool.total(.connectionsAccepted) == 1 }
        try client.send(
            InitialPacket.datagram(destination: second) + InitialPacket.datagram(destination: first),
            to: pool.members[0].address)
        try pool.run { pool.total(.connectionsAccepted) == 2 }
        let connection = try #require(pool.members[0].listener.table[ConnectionID(first)!])
        #expect(connection.statistics.datagramsReceived == 1)
        #expect(pool.total(.datagramsReceived) == 2)
    }
}
