import CAllocations
import Control
import EventLoop
import InitialPackets
import Linux
import QUICLB
import Testing
import Transport

@testable import Listener

/// What a listener answers, or does not, without a connection.
@Suite struct StatelessAnswerTests {
    /// A long header of an unknown version.
    private func versionTrigger(_ version: [UInt8]) -> [UInt8] {
        let header: [UInt8] = [0xc0] + version + [8] + [UInt8](repeating: 7, count: 8) + [2, 1, 2]
        return header + [UInt8](repeating: 0, count: 1200 - header.count)
    }

    /// Sends so many datagrams, few enough at a time for the socket's buffer, and returns how long that took.
    private func send(
        _ datagram: [UInt8], count: Int, with client: TestClient, to pool: ListenerPool
    ) throws -> Duration {
        let start = Instant.now
        for sent in stride(from: 50, through: count, by: 50) {
            for _ in 0..<50 { try client.send(datagram, to: pool.members[0].address) }
            try pool.run { pool.total(.datagramsReceived) == UInt64(sent) }
        }
        return Instant.now - start
    }

    @Test("Version Negotiation is not answered with itself (RFC 9000 §6.1)")
    func negotiation() throws {
        let pool = try ListenerPool(slots: 1)
        let client = try TestClient()
        try client.send(versionTrigger([0, 0, 0, 0]), to: pool.members[0].address)
        try pool.run { pool.total(.droppedUnknownVersion) == 1 }
        #expect(pool.total(.datagramsSent) == 0)
    }

    /// A thousand at once and a thousand a second are answered.
    @Test("of 5,000 probes at once most get nothing", arguments: [true, false])
    func rates(isVersion: Bool) throws {
        let pool = try ListenerPool(slots: 1)
        let datagram = isVersion ? versionTrigger([1, 2, 3, 4]) : shortPacket(pool.id(of: 0))
        let time = try send(datagram, count: 5000, with: try TestClient(), to: pool)
        let answered = pool.total(isVersion ? .versionNegotiationsSent : .statelessResetsSent)
        #expect(answered >= 1000)
        #expect(Double(answered) <= 1001 + 1000 * (time / .seconds(1)))
        #expect(pool.total(.droppedRateLimited) == 5000 - answered)
    }

    @Test("a Source Connection ID of 21 octets is no version 1 packet's (RFC 9000 §17.2)")
    func longSource() throws {
        let pool = try ListenerPool(slots: 1)
        let client = try TestClient()
        let source = [UInt8](repeating: 3, count: 21)
        try client.send(
            InitialPacket.datagram(destination: pool.clientID(placedOn: 0), source: source),
            to: pool.members[0].address)
        try pool.run { pool.total(.datagramsReceived) == 1 }
        #expect(pool.total(.droppedInvalidInitial) == 1 && pool.total(.datagramsSent) == 0)
    }

    @Test("a Handshake packet of no connection gets nothing", arguments: [true, false])
    func handshake(isIDOurs: Bool) throws {
        let pool = try ListenerPool(slots: 1)
        let destination =
            isIDOurs ? pool.id(of: 0).withUnsafeBytes { Array($0) } : pool.clientID(placedOn: 0)
        let header: [UInt8] = [0xe0, 0, 0, 0, 1, UInt8(destination.count)] + destination + [2, 1, 2]
        let client = try TestClient()
        try client.send(
            header + [UInt8](repeating: 9, count: 1200 - header.count), to: pool.members[0].address)
        try pool.run { pool.total(.datagramsReceived) == 1 }
        #expect(pool.total(.droppedUnknownConnection) == 1 && pool.total(.datagramsSent) == 0)
    }

    /// Each time with an ID that the other could have issued, which resets do not have but by chance.
    @Test("two servers whose resets reach each other fall silent (RFC 9000 §10.3.3)")
    func resetLoop() throws {
        let pools = try [ListenerPool(slots: 1), ListenerPool(slots: 1)]
        let clients = try [TestClient(), TestClient()]
        var packet = shortPacket(pools[0].id(of: 0), count: 1200)
        var resets: UInt64 = 0
        while true {
            let (pool, client) = (pools[Int(resets % 2)], clients[Int(resets % 2)])
            try client.send(packet, to: pool.members[0].address)
            let received = pool.total(.datagramsReceived)
            try pool.run { pool.total(.datagramsReceived) == received + 1 }
            guard let answer = try client.receive()?.octets else { break }
            try #require(answer.count < packet.count)
            resets += 1
            let other = pools[Int(resets % 2)]
            let id = other.id(of: 0).withUnsafeBytes { Array($0) }
            packet = answer[..<1] + id + answer[(1 + id.count)...]
        }
        #expect(resets == 1 + UInt64(StatelessReset.maximumLength - StatelessReset.minimumLength))
        #expect(pools.reduce(0) { $0 + $1.total(.statelessResetsSent) } == resets)
        #expect(pools.reduce(0) { $0 + $1.total(.droppedUnknownConnection) } == 1)
    }

    @Test("a Retry allocates nothing, so a flood costs no memory")
    func allocations() throws {
        let sealer = TokenSealer(
            keys: [TokenKey(id: 1, octets: [UInt8](repeating: 1, count: TokenKey.length))], random: 1)
        let packets = StatelessPackets()
        let (source, original) = (ConnectionID([UInt8](1...17))!, ConnectionID([UInt8](1...8))!)
        let packet = FirstPacket(version: 1, destination: original, source: source, token: nil)
        let address = SocketAddress("192.0.2.1:1")!.storage
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1200, alignment: 8)
        defer { buffer.deallocate() }
        func write() -> Bool {
            withUnsafeTemporaryAllocation(byteCount: AddressToken.maximumLength, alignment: 8) { token in
                let count = sealer.writeRetryToken(
                    for: address, originalDestination: original, source: source,
                    at: WallTime(milliseconds: 1), to: token)
                return packets.writeRetry(
                    answering: packet, source: source,
                    token: UnsafeRawBufferPointer(rebasing: token[..<count]), to: buffer) != nil
            }
        }
        #expect(write())
        let before = allocations_count_of_thread()
        var written = 0
        for _ in 0..<10_000 where write() { written += 1 }
        let allocations = allocations_count_of_thread() - before
        #expect(written == 10_000)
        #expect(allocations == 0)
    }

    /// RFC 9000 §10.2.1: a client that missed it learns it by its next packet.
    @Test("a connection that was closed at the stop is told so again, for three PTO")
    func closingPeriod() throws {
        let pool = try ListenerPool(slots: 1)
        let (client, listener) = (try TestClient(), pool.members[0].listener)
        let destination = pool.clientID(placedOn: 0)
        let initial = InitialPacket.datagram(destination: destination)
        try client.send(initial, to: pool.members[0].address)
        try pool.run { pool.total(.connectionsAccepted) == 1 }
        while try client.receive() != nil {}
        listener.stop(code: 5, reason: "bye")
        func nextClose() throws -> [UInt8]? {
            let sent = pool.total(.datagramsSent)
            try pool.run { pool.total(.datagramsSent) > sent }
            let octets = try #require(try client.receive()).octets
            return InitialPacket.open(octets, from: destination)
        }
        // In an Initial the application's code is not for everybody's eyes: APPLICATION_ERROR (RFC 9000 §10.2.3).
        let first = try nextClose()
        #expect(first?.prefix(2) == [0x1c, 0x0c])
        #expect(!listener.hasNoConnection)
        try client.send(initial, to: pool.members[0].address)
        #expect(try nextClose() == first)
        // It takes no new ones, and is done when the time is over.
        try client.send(
            InitialPacket.datagram(destination: pool.clientID(placedOn: 0)), to: pool.members[0].address)
        try pool.run { pool.total(.refusedStopping) == 1 }
        try pool.run { listener.hasNoConnection }
    }
}
