import Control
import InitialPackets
import Linux
import QUICLB
import TLS
import Testing

@testable import Listener

/// Retry and refusal as they are on the wire (RFC 9000 §8.1.2, §10.2.3).
@Suite struct RetryTests {
    private let source: [UInt8] = [1, 2, 3, 4]

    private struct Retry {
        let token: [UInt8]
        let source: ConnectionID
    }

    private static func options(
        _ mode: AddressValidationOptions.Mode, halfOpen: UInt64 = 2000
    ) -> ListenerOptions {
        var options = ListenerOptions()
        options.validation.mode = mode
        options.limits.halfOpen = halfOpen
        return options
    }

    /// The Retry that the client has; its integrity is for other tests, with clients that check it.
    private func retry(_ octets: [UInt8]) throws -> Retry {
        try octets.withUnsafeBytes { octets in
            let header = try #require(LongHeader(octets))
            #expect(octets[0] & 0xf0 == 0xf0)
            #expect(header.version == 1)
            #expect(Array(header.destination) == source)
            return Retry(
                token: Array(header.rest.dropLast(CipherSuite.tagLength)),
                source: try #require(ConnectionID(header.source)))
        }
    }

    private func receive(_ client: TestClient, in pool: ListenerPool) throws -> [UInt8] {
        var answer: [UInt8]?
        try pool.run {
            if answer == nil { answer = try? client.receive()?.octets }
            return answer != nil
        }
        return try #require(answer)
    }

    private func octets(_ id: ConnectionID) -> [UInt8] { id.withUnsafeBytes { Array($0) } }

    @Test func aClientThatAnswersTheRetryIsAccepted() throws {
        let pool = try ListenerPool(slots: 1, options: Self.options(.always))
        let (client, address) = (try TestClient(), pool.members[0].address)
        let original = pool.clientID(placedOn: 0)
        try client.send(InitialPacket.datagram(destination: original), to: address)
        let octets = try receive(client, in: pool)
        let retry = try retry(octets)
        #expect(octets.count < 1200 / 3)
        #expect(pool.codec.slot(of: retry.source) == Slot(rawValue: 0))
        #expect(pool.total(.retriesSent) == 1)
        #expect(pool.members[0].listener.table.count == 0)

        let second = InitialPacket.datagram(destination: self.octets(retry.source), token: retry.token)
        // From another port: the token is not its own.
        let other = try TestClient()
        try other.send(second, to: address)
        try pool.run { pool.total(.refusalsSent) == 1 }
        #expect(pool.total(.refusedInvalidToken) == 1)

        try client.send(second, to: address)
        try pool.run { pool.total(.connectionsAccepted) == 1 }
        #expect(pool.members[0].listener.admission.halfOpen == 1)
    }

    @Test func aTokenOfARetryIsGoodOnce() throws {
        let pool = try ListenerPool(
            slots: 1, handshakeTimeout: .milliseconds(50), options: Self.options(.always))
        let (client, address) = (try TestClient(), pool.members[0].address)
        try client.send(InitialPacket.datagram(destination: pool.clientID(placedOn: 0)), to: address)
        let retry = try retry(receive(client, in: pool))
        let second = InitialPacket.datagram(destination: octets(retry.source), token: retry.token)
        try client.send(second, to: address)
        try pool.run { pool.total(.connectionsClosed) == 1 }
        try client.send(second, to: address)
        try pool.run { pool.total(.droppedReplayedToken) == 1 }
        #expect(pool.total(.connectionsAccepted) == 1)
    }

    @Test func anyWorkerTakesTheAnswer() throws {
        let pool = try ListenerPool(slots: 2, options: Self.options(.always))
        let client = try TestClient()
        try client.send(
            InitialPacket.datagram(destination: pool.clientID(placedOn: 0)), to: pool.members[0].address)
        let retry = try retry(receive(client, in: pool))
        // It reaches the other worker first, which knows by the ID whose it is.
        let second = InitialPacket.datagram(destination: octets(retry.source), token: retry.token)
        try client.send(second, to: pool.members[1].address)
        try pool.run { pool.total(.connectionsAccepted) == 1 }
        #expect(pool.members[0].page[.connectionsAccepted] == 1)
    }

    @Test func aTokenThatSaysNothingIsNone() throws {
        let pool = try ListenerPool(slots: 1, options: Self.options(.never))
        let client = try TestClient()
        let token = [UInt8](repeating: 0x52, count: 60)
        let datagram = InitialPacket.datagram(destination: pool.clientID(placedOn: 0), token: token)
        try client.send(datagram, to: pool.members[0].address)
        try pool.run { pool.total(.connectionsAccepted) == 1 }
    }

    @Test func whoIsRefusedLearnsIt() throws {
        let pool = try ListenerPool(slots: 1, options: Self.options(.never, halfOpen: 1))
        let (client, address) = (try TestClient(), pool.members[0].address)
        try client.send(InitialPacket.datagram(destination: pool.clientID(placedOn: 0)), to: address)
        try pool.run { pool.total(.connectionsAccepted) == 1 }
        let second = try TestClient()
        let destination = pool.clientID(placedOn: 0)
        try second.send(InitialPacket.datagram(destination: destination), to: address)
        let refusal = try receive(second, in: pool)
        #expect(pool.total(.refusedHalfOpenLimit) == 1)
        let payload = try #require(InitialPacket.open(refusal, from: destination))
        // CONNECTION_CLOSE, CONNECTION_REFUSED (RFC 9000 §19.19, §20.1).
        #expect(payload.prefix(3) == [0x1c, 0x02, 0x00])
    }
}
