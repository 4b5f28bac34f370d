import Placement
import QUICLB
import Steering
import Testing

/// The order of decision, a step at a time.
@Suite("Order of decision", Kernel.trait)
struct DecisionTests {
    @Test("a DCID that decodes goes to its slot, whatever the packet's type", arguments: Pool.addresses)
    func serverID(address: String) throws {
        let pool = try Pool(on: address)
        for codec in Pool.codecs {
            for slot in pool.slots {
                let id = codec.anyID(of: slot)
                #expect(try pool.deliver(Packet.short(id)) == slot)
                #expect(try pool.deliver(Packet.long(id)) == slot)
                #expect(try pool.deliver(Packet.long(id, version: 0xff00_001d)) == slot)
                // The shortest that carry the DCID, which are not read in place.
                #expect(try pool.deliver(Packet.short(id, count: 0)) == slot)
                #expect(try pool.deliver(Packet.long(id, count: 0)) == slot)
                #expect(try pool.counts() == [.serverID: 5])
            }
        }
    }

    @Test("a client's DCID is placed by the ring, then pinned", arguments: Pool.addresses)
    func ringThenPin(address: String) throws {
        let pool = try Pool(on: address)
        let ring = pool.ring(without: [])
        for count in 0...20 {
            let id = ConnectionID.clientChosen(count: count)
            let slot = ring.slot(for: pool.hash(id))
            #expect(try pool.deliver(Packet.long(id)) == slot)
            #expect(try pool.counts() == [.ring: 1])
            #expect(try pool.deliver(Packet.long(id, version: 0x6b33_43cf, count: 0)) == slot)
            #expect(try pool.counts() == [.pin: 1])
        }
    }

    @Test("a pin keeps its slot when the ring changes", arguments: Pool.addresses)
    func pinOutlivesRing(address: String) throws {
        let pool = try Pool(on: address)
        let id = ConnectionID.clientChosen()
        let slot = try #require(try pool.deliver(Packet.long(id)))
        let changed = pool.ring(without: [slot])
        try pool.steering.setRing(changed)

        #expect(try pool.deliver(Packet.long(id)) == slot)
        #expect(try pool.counts() == [.ring: 1, .pin: 1])
        // The new ring holds for all others at once.
        for _ in 0..<50 {
            let other = ConnectionID.clientChosen()
            #expect(try pool.deliver(Packet.long(other)) == changed.slot(for: pool.hash(other)))
        }
        #expect(try pool.counts() == [.ring: 50])
    }

    @Test("a pin to an empty slot is replaced", arguments: Pool.addresses)
    func stalePin(address: String) throws {
        let pool = try Pool(on: address)
        let id = ConnectionID.clientChosen(count: 17)
        let slot = try #require(try pool.deliver(Packet.long(id)))
        let changed = pool.ring(without: [slot])
        try pool.steering.setRing(changed)
        try pool.steering.unregister(address: pool.address, slot: slot)
        let heir = changed.slot(for: pool.hash(id))
        _ = try pool.counts()

        #expect(try pool.deliver(Packet.long(id)) == heir)
        #expect(try pool.counts() == [.stalePin: 1, .ring: 1])
        #expect(try pool.deliver(Packet.long(id)) == heir)
        #expect(try pool.counts() == [.pin: 1])
    }

    @Test("a short header that does not decode goes by the 4-tuple", arguments: Pool.addresses)
    func tuple(address: String) throws {
        let pool = try Pool(on: address)
        let active: Set<Slot> = [Slot(rawValue: 1), Slot(rawValue: 2)]
        try pool.steering.setRing(Ring(active: active))
        let codec = Pool.codecs[0]
        let ours = codec.anyID(of: Slot(rawValue: 0)).withUnsafeBytes(Array.init)
        var otherHost = ours
        otherHost[1] ^= 1
        var otherLength = ours
        otherLength[0] ^= 1
        var otherConfiguration = ours
        otherConfiguration[0] ^= 0x40
        var unroutable = ours
        unroutable[0] |= 0xe0

        var chosen: Set<Slot?> = []
        for octets in [otherHost, otherLength, otherConfiguration, unroutable, Array(ours.dropLast()), []] {
            let id = try #require(ConnectionID(octets))
            chosen.insert(try pool.deliver(Packet.short(id, count: 0)))
            #expect(try pool.counts() == [.tuple: 1])
            if octets.count == ours.count {
                chosen.insert(try pool.deliver(Packet.short(id)))
                #expect(try pool.counts() == [.tuple: 1])
            }
        }
        // One client, so one slot, and it is an active one.
        #expect(chosen.count == 1)
        #expect(active.contains { chosen.contains($0) })
    }

    @Test("what is no QUIC header goes by the 4-tuple", arguments: Pool.addresses)
    func malformed(address: String) throws {
        let pool = try Pool(on: address)
        let header: [UInt8] = [0xc0, 0, 0, 0, 1]
        let tooLong = header + [21] + [UInt8](repeating: 7, count: 21)
        let packets = [
            [], [0xff], header, header + [8] + [UInt8](repeating: 7, count: 7), tooLong,
            tooLong + [UInt8](repeating: 0, count: 1_200),
            header + [255] + [UInt8](repeating: 9, count: 1_200),
        ]
        var chosen: Set<Slot?> = []
        for packet in packets {
            chosen.insert(try pool.deliver(packet))
            #expect(try pool.counts() == [.malformed: 1])
        }
        #expect(chosen.count == 1 && !chosen.contains(nil))
    }

    @Test("an empty slot falls through to the next decision", arguments: Pool.addresses)
    func emptySlot(address: String) throws {
        let pool = try Pool(on: address)
        let ring = pool.ring(without: [])
        for codec in Pool.codecs {
            let id = codec.anyID(of: Slot(rawValue: 99))
            #expect(try pool.deliver(Packet.short(id)) != nil)
            #expect(try pool.counts() == [.emptySlot: 1, .tuple: 1])
            #expect(try pool.deliver(Packet.long(id)) == ring.slot(for: pool.hash(id)))
            #expect(try pool.counts() == [.emptySlot: 1, .ring: 1])
            #expect(try pool.deliver(Packet.long(id)) == ring.slot(for: pool.hash(id)))
            #expect(try pool.counts() == [.emptySlot: 1, .pin: 1])
        }
    }

    @Test("without a ring the kernel chooses", arguments: Pool.addresses)
    func kernelHash(address: String) throws {
        let pool = try Pool(on: address)
        try pool.steering.setRing(Ring(active: []))
        let slot = Slot(rawValue: 255)
        #expect(try pool.deliver(Packet.short(Pool.codecs[1].anyID(of: slot))) == slot)
        #expect(try pool.counts() == [.serverID: 1])

        for packet in [Packet.long(.clientChosen()), Packet.short(.clientChosen(count: 20)), []] {
            #expect(try pool.deliver(packet) != nil)
            #expect(try pool.counts() == [.kernelHash: 1])
        }
        // A ring whose slot has lost its socket is no better.
        try pool.steering.setRing(Ring(active: [Slot(rawValue: 42)]))
        #expect(try pool.deliver(Packet.long(.clientChosen())) != nil)
        #expect(try pool.counts() == [.kernelHash: 1])
    }
}
