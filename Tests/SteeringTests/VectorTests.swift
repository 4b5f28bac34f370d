import Linux
import Placement
import QUICLB
import Steering
import TestSupport
import Testing

/// The draft's vectors and those of an independent implementation, as a pool's: all of the server ID but its last octet
/// is the host ID, and that is the slot. A server ID of one octet is the slot alone.
@Suite("Vectors in the kernel", Kernel.trait)
struct VectorTests {
    private struct Entry {
        let codec: PoolCodec
        let slot: UInt8
        let id: ConnectionID
    }

    private static let all = QUICLBVector.draft + QUICLBVector.generated

    /// So that each group has one vector a codepoint, as a pool may.
    private static func groups() throws -> [[Entry]] {
        var byCodepoint: [UInt8: [Entry]] = [:]
        for vector in all {
            let serverID = try #require(Hexadecimal.decode(vector.serverID))
            let key = try vector.key.map { text in
                try #require(Hexadecimal.decode(text).flatMap { Configuration.Key($0) })
            }
            let configuration = try Configuration(
                id: #require(ConfigurationID(rawValue: vector.codepoint)), key: key,
                serverIDLength: serverID.count, nonceLength: vector.nonce.count / 2)
            let entry = Entry(
                codec: try PoolCodec(configuration: configuration, hostOctets: Array(serverID.dropLast())),
                slot: serverID.last!,
                id: try #require(Hexadecimal.decode(vector.connectionID).flatMap { ConnectionID($0) }))
            byCodepoint[vector.codepoint, default: []].append(entry)
        }
        let longest = byCodepoint.values.map(\.count).max() ?? 0
        return (0..<longest).map { index in
            byCodepoint.values.compactMap { $0.indices.contains(index) ? $0[index] : nil }
        }
    }

    @Test("each is steered to its slot, in any header and in trains", arguments: Pool.addresses)
    func steered(address: String) throws {
        var count = 0
        for group in try Self.groups() {
            // Another slot, too, so that there is a choice.
            let slots = Set(group.map(\.slot))
            let other = (0...UInt8.max).first { !slots.contains($0) }!
            let pool = try Pool(on: address, slots: [other] + slots, codecs: group.map(\.codec))
            try pool.steering.setRing(Ring(active: [Slot(rawValue: other)]))
            for entry in group {
                let slot = Slot(rawValue: entry.slot)
                try pool.client.set(.segment, 0)
                #expect(try pool.deliver(Packet.short(entry.id)) == slot, "\(entry.id)")
                #expect(try pool.deliver(Packet.long(entry.id)) == slot, "\(entry.id)")
                try pool.client.set(.segment, 1_200)
                for packet in [Packet.short(entry.id, count: 1_200), Packet.long(entry.id)] {
                    try expectTrain(of: packet, to: slot, pool)
                }
                count += 1
            }
            #expect(try pool.counts() == [.serverID: UInt64(4 * group.count)])
        }
        #expect(count == 727)
    }

    private func expectTrain(of packet: [UInt8], to slot: Slot, _ pool: Pool) throws {
        let segments = 8
        try pool.client.send((0..<segments).flatMap { _ in packet }, to: pool.address)
        let index = try #require(try pool.firstReadable())
        #expect(pool.sockets[index].slot == slot)
        for _ in 0..<segments { #expect(try receive(pool.sockets[index].socket.rawValue) == packet) }
    }
}
