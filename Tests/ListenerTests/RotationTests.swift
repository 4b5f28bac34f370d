import Control
import EventLoop
import InitialPackets
import QUICLB
import TestSupport
import Testing
import Transport

@testable import Listener

@Suite struct RotationTests {
    private let oldID = ConfigurationID(rawValue: 0)!
    private let newID = ConfigurationID(rawValue: 1)!

    private func newConfiguration() throws -> Configuration {
        try Configuration(
            id: newID, key: Configuration.Key([UInt8](2...17)), serverIDLength: 2, nonceLength: 14)
    }

    /// Opens a connection, and returns the ID that the server chose.
    private func connect(_ client: TestClient, to pool: ListenerPool) throws -> ConnectionID {
        let count = pool.total(.connectionsAccepted) + 1
        try client.send(
            InitialPacket.datagram(destination: pool.clientID(placedOn: 0)), to: pool.members[0].address)
        try pool.run { pool.total(.connectionsAccepted) == count }
        return try sourceID(of: try #require(try client.receive()).octets)
    }

    @Test("without connections a former configuration is unused at once, and once")
    func unusedAtOnce() throws {
        let pool = try ListenerPool(slots: 1)
        let listener = pool.members[0].listener
        try listener.rotate(to: newConfiguration(), nonces: NonceRange(first: 0, count: 10))
        listener.reportUnused()
        #expect(pool.messages[0] == [.unused(oldID)])
    }

    @Test("it is unused when the last connection that has IDs of it is gone")
    func unusedLater() throws {
        let pool = try ListenerPool(slots: 1, handshakeTimeout: .milliseconds(200))
        let client = try TestClient()
        #expect(try connect(client, to: pool).codepoint == 0)
        try pool.members[0].listener.rotate(
            to: newConfiguration(), nonces: NonceRange(first: 0, count: 10))
        #expect(try connect(client, to: pool).codepoint == 1)
        #expect(pool.messages[0] == nil)
        try pool.run { pool.members[0].page[.connectionsClosed] == 2 }
        #expect(pool.messages[0] == [.unused(oldID)])
    }

    @Test("it is unused when the last ID of it is retired")
    func retired() throws {
        let pool = try ListenerPool(slots: 1)
        let id = try connect(TestClient(), to: pool)
        let listener = pool.members[0].listener
        let connection = try #require(listener.table[id])
        try listener.rotate(to: newConfiguration(), nonces: NonceRange(first: 0, count: 10))
        #expect(pool.messages[0] == nil)
        listener.retireConnectionID(id, of: connection)
        #expect(pool.messages[0] == [.unused(oldID)])
        // RFC 9000 §5.1.2: three PTO, of which ngtcp2 has waited for one.
        #expect(listener.retiredIDs.earliestEnd == pool.loop.now + connection.probeTimeout * 2)
        #expect(connection.isOpen)
        // RFC 9000 §5.1.2: what was sent before may still come, and is not answered with a reset.
        #expect(listener.table[id] === connection)
        try TestClient().send(
            [0x40] + id.withUnsafeBytes { Array($0) } + [UInt8](repeating: 1, count: 60),
            to: pool.members[0].address)
        try pool.run { pool.total(.datagramsDelivered) == 2 }
        #expect(pool.total(.statelessResetsSent) == 0)
        try pool.run { listener.table[id] == nil }
    }

    @Test("a retired ID goes at its own time, whatever was retired before it")
    func timesOfRetirement() throws {
        let pool = try ListenerPool(slots: 1)
        let first = try connect(TestClient(), to: pool)
        let connection = try #require(pool.members[0].listener.table[first])
        var generator = SplitMix64(seed: 7)
        let ends = (0..<1000).map { _ in UInt64.random(in: 0..<500, using: &generator) }
        var retired = RetiredConnectionIDs()
        for end in ends {
            retired.append(
                pool.id(of: 0, nonce: UInt128(end)), of: connection, until: Instant(nanoseconds: end))
        }
        var taken: [UInt64] = []
        for now: UInt64 in 0..<500 {
            while let (id, _) = retired.takeDue(at: Instant(nanoseconds: now)) {
                #expect(id == pool.id(of: 0, nonce: UInt128(now)))
                taken.append(now)
            }
        }
        #expect(taken == ends.sorted())
        #expect(retired.earliestEnd == .never)
    }

    @Test("connections that still use a configuration that is dropped are closed, and no others")
    func drop() throws {
        let pool = try ListenerPool(slots: 1)
        let (old, new) = (try TestClient(), try TestClient())
        _ = try connect(old, to: pool)
        let listener = pool.members[0].listener
        try listener.rotate(to: newConfiguration(), nonces: NonceRange(first: 0, count: 10))
        _ = try connect(new, to: pool)
        let sent = pool.total(.datagramsSent)
        listener.drop(oldID)
        try pool.run { pool.total(.datagramsSent) > sent }
        #expect(try old.receive() != nil)
        #expect(try new.receive() == nil)
        #expect(pool.messages[0] == nil)
        // What it made is no ID of the pool's any more.
        try old.send(shortPacket(pool.id(of: 0)), to: pool.members[0].address)
        try pool.run { pool.total(.droppedForeignServerID) == 1 }
    }

    @Test("without nonces connection IDs are unroutable, and lead to their slot all the same")
    func nonces() throws {
        let pool = try ListenerPool(slots: 2, active: [Slot(rawValue: 0)], nonceCount: 2)
        let client = try TestClient()
        let ids = try (0..<3).map { _ in try connect(client, to: pool) }
        #expect(ids.map(\.codepoint) == [0, 0, 7])
        #expect(pool.messages[0] == [.needsNonces(oldID)])
        #expect(pool.total(.unroutableIDsIssued) == 1)

        try client.send(shortPacket(ids[2]), to: pool.members[1].address)
        try pool.run { pool.members[1].page[.datagramsForwarded] == 1 }
        let delivered = pool.total(.datagramsDelivered)
        try pool.run { pool.total(.datagramsDelivered) == delivered + 1 }

        let listener = pool.members[0].listener
        listener.add(NonceRange(first: 50, count: 100), for: newID)
        #expect(try connect(client, to: pool).codepoint == 7)
        listener.add(NonceRange(first: 50, count: 100), for: oldID)
        #expect(try connect(client, to: pool).codepoint == 0)
    }
}
