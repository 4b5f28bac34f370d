import Linux
import Placement
import QUICLB
import Steering
import Testing

/// Handshakes that are under way when the pool is resized.
@Suite("Pins", Kernel.trait)
struct PinTests {
    private static let count = 300
    private static let slots: [UInt8] = [0, 1, 2, 3, 4, 5]

    private func active(_ values: some Sequence<UInt8>) -> Ring {
        Ring(active: values.map(Slot.init(rawValue:)))
    }

    /// The slots that the first packets of as many connections come to: at first, with six slots, and with five of
    /// them; each time from another port.
    private func placements(_ pool: Pool, from address: String) throws -> [[Slot?]] {
        let initials = (0..<Self.count).map { _ in Packet.long(.clientChosen(count: 8), count: 1_200) }
        return try [0..<4, 0..<6, 1..<6].map { slots in
            try pool.steering.setRing(active(slots.map { UInt8($0) }))
            let client = try UDPSocket(bind: #require(SocketAddress(address)))
            return try initials.map { try pool.deliver($0, from: client) }
        }
    }

    @Test("300 Initials stay on their slots through 4 → 6 and 6 → 5", arguments: Pool.addresses)
    func stay(address: String) throws {
        let pool = try Pool(on: address, slots: Self.slots)
        let placements = try placements(pool, from: address)
        #expect(placements[0].allSatisfy { $0 != nil && $0!.rawValue < 4 })
        #expect(Set(placements[0]).count == 4)
        #expect(placements[1] == placements[0])
        #expect(placements[2] == placements[0])
        #expect(
            try pool.counts() == [.ring: UInt64(Self.count), .pin: UInt64(2 * Self.count)])
    }

    @Test("without room for pins they move with the ring")
    func move() throws {
        let pool = try Pool(slots: Self.slots, pinCapacity: 1)
        let placements = try placements(pool, from: "127.0.0.1:0")
        #expect(placements[1] != placements[0])
        // The slot that left has none.
        #expect(!placements[2].contains(Slot(rawValue: 0)))
    }
}
