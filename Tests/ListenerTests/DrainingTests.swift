import Control
import InitialPackets
import Listener
import QUICLB
import Testing

@Suite struct DrainingTests {
    @Test("a slot without connections is drained at once, and says so once")
    func drainedAtOnce() throws {
        let pool = try ListenerPool(slots: 1, handshakeTimeout: .milliseconds(100))
        pool.members[0].listener.drain(linger: .zero)
        #expect(pool.messages[0] == [.drained])
        try TestClient().send(
            InitialPacket.datagram(destination: pool.clientID(placedOn: 0)), to: pool.members[0].address)
        try pool.run { pool.total(.connectionsClosed) == 1 }
        #expect(pool.messages[0] == [.drained])
    }

    @Test("a slot is drained when its last connection has ended")
    func drainedLater() throws {
        let pool = try ListenerPool(slots: 1, handshakeTimeout: .milliseconds(100))
        for _ in 0..<2 {
            try TestClient().send(
                InitialPacket.datagram(destination: pool.clientID(placedOn: 0)), to: pool.members[0].address)
        }
        try pool.run { pool.total(.connectionsAccepted) == 2 }
        pool.members[0].listener.drain(linger: .zero)
        #expect(pool.messages[0] == nil)
        try pool.run { pool.messages[0] != nil }
        #expect(pool.messages[0] == [.drained])
        #expect(pool.total(.connectionsClosed) == 2)
    }

    @Test(
        "what waits in the sockets of a slot that leaves reaches others",
        arguments: [WorkerSteering.kernel, .forward])
    func leave(steering: WorkerSteering) throws {
        let pool = try ListenerPool(slots: 2, steering: steering)
        let leaver = pool.members[0]
        leaver.listener.place(active: [Slot(rawValue: 1)])
        let client = try TestClient()
        // More than one batch.
        for index in 0..<100 {
            let id = pool.clientID(placedOn: UInt8(index % 2))
            try client.send(InitialPacket.datagram(destination: id), to: leaver.address)
        }
        for _ in 0..<50 { try client.send(shortPacket(pool.id(of: 1)), to: leaver.address) }
        leaver.listener.leave()
        #expect(leaver.listener.hasLeft())
        #expect(leaver.page[.datagramsForwarded] == 150)
        try pool.run {
            pool.members[1].page[.connectionsAccepted] == 100 && pool.total(.statelessResetsSent) == 50
        }
        #expect(leaver.page[.connectionsAccepted] == 0)
    }

    @Test("a slot that leaves serves its connections to their end")
    func leaveWithConnections() throws {
        let pool = try ListenerPool(slots: 2, handshakeTimeout: .milliseconds(300))
        let client = try TestClient()
        let initial = InitialPacket.datagram(destination: pool.clientID(placedOn: 0))
        let leaver = pool.members[0]
        try client.send(initial, to: leaver.address)
        try pool.run { leaver.page[.connectionsAccepted] == 1 }
        leaver.listener.place(active: [Slot(rawValue: 1)])
        leaver.listener.leave()
        #expect(!leaver.listener.hasLeft())
        // Its own sockets receive nothing any more; another worker hands on what is for it.
        let id = try sourceID(of: try #require(try client.receive()).octets)
        try client.send(shortPacket(id), to: pool.members[1].address)
        try pool.run { leaver.page[.datagramsDelivered] == 2 }
        try pool.run { leaver.page[.connectionsClosed] == 1 }
        #expect(leaver.listener.hasLeft())
    }
}
