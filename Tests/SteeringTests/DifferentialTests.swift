import Placement
import QUICLB
import Steering
import Testing

/// Random datagrams: none is lost, and the kernel decides each as the Swift codec and ring do.
@Suite("Random datagrams", Kernel.trait)
struct DifferentialTests {
    @Test("kernel and model agree", arguments: Pool.addresses)
    func agree(address: String) throws {
        let pool = try Pool(on: address)
        let active: Set<Slot> = [Slot(rawValue: 0), Slot(rawValue: 2), Slot(rawValue: 255)]
        try pool.steering.setRing(Ring(active: active))
        var model = Model(hash: pool.hash, ring: Ring(active: active), slots: pool.slots)
        var exits: Set<SteeringCounter> = []

        for _ in 0..<4_000 {
            let datagram = Self.datagram()
            let expected = model.decide(datagram)
            let slot = try #require(try pool.deliver(datagram))
            let counts = try pool.counts()
            #expect(counts == expected.counts, "\(Hexadecimal.encode(datagram.prefix(27)))")
            if let exact = expected.slot {
                #expect(slot == exact, "\(Hexadecimal.encode(datagram.prefix(27)))")
            } else {
                #expect(active.contains(slot))
            }
            exits.formUnion(counts.keys)
        }
        #expect(exits.isSuperset(of: [.serverID, .pin, .ring, .tuple, .malformed, .emptySlot]))
    }

    @Test("every length from 0 to 1,500 arrives", arguments: Pool.addresses)
    func everyLength(address: String) throws {
        let pool = try Pool(on: address)
        for count in 0...1_500 {
            let datagram = (0..<count).map { _ in UInt8.random(in: 0...255) }
            try #require(try pool.deliver(datagram) != nil)
        }
        #expect(try pool.steering.counters().packets == 1_501)
    }

    @Test("the kernel never answers with port unreachable")
    func noRejection() throws {
        let pool = try Pool()
        // Errors only reach a connected socket, at its next send.
        try pool.client.connect(to: pool.address)
        for _ in 0..<500 { try #require(try pool.deliver(Self.datagram()) != nil) }
    }

    /// A datagram with something of a QUIC header: of these all decisions come up.
    private static func datagram() -> [UInt8] {
        let codec = Pool.codecs.randomElement()!
        let slots = [0, 1, 2, 255, 7].map { Slot(rawValue: $0) }
        var packet: [UInt8]
        switch Int.random(in: 0..<6) {
        case 0, 1:
            packet = Packet.short(codec.anyID(of: slots.randomElement()!))
        case 2:
            packet = Packet.long(codec.anyID(of: slots.randomElement()!))
        case 3:
            packet = Packet.long(.clientChosen(count: .random(in: 0...20)))
        case 4:
            // One of few, so that pins are met.
            packet = Packet.long(ConnectionID([0, 0, 0, UInt8.random(in: 0..<50)])!)
        default:
            packet = (0..<Int.random(in: 0...60)).map { _ in .random(in: 0...255) }
        }
        if Int.random(in: 0..<4) == 0, !packet.isEmpty {
            packet[Int.random(in: 0..<min(packet.count, 26))] ^= 1 << UInt8.random(in: 0..<8)
        }
        if Int.random(in: 0..<4) == 0 { packet = Array(packet.prefix(.random(in: 0...40))) }
        return packet
    }
}
