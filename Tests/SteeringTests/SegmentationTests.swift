import Placement
import QUICLB
import Steering
import Testing

/// Packets whose header is not in the linear part of the kernel's buffer.
@Suite("Super-packets", Kernel.trait)
struct SegmentationTests {
    private let segment = 1_200
    private let segments = 20

    /// One send of many segments, each a packet of its own.
    private func train(_ packet: [UInt8]) -> [UInt8] {
        (0..<segments).flatMap { _ in packet }
    }

    @Test("a train of segments is steered whole by its first DCID", arguments: Pool.addresses, [true, false])
    func train(address: String, receiveWhole: Bool) throws {
        let pool = try Pool(on: address)
        let ring = pool.ring(without: [])
        if receiveWhole {
            for (_, socket) in pool.sockets { try socket.set(.gro, 1) }
        }
        try pool.client.set(.segment, Int32(segment))

        for codec in Pool.codecs {
            for slot in pool.slots {
                let id = codec.anyID(of: slot)
                for packet in [Packet.short(id, count: segment), Packet.long(id, count: segment)] {
                    try expect(slot, packet, pool, receiveWhole)
                    #expect(try pool.counts() == [.serverID: 1])
                }
            }
        }
        for count in [0, 3, 8, 15, 20] {
            let id = ConnectionID.clientChosen(count: count)
            try expect(ring.slot(for: pool.hash(id)), Packet.long(id, count: segment), pool, receiveWhole)
            #expect(try pool.counts() == [.ring: 1])
        }
    }

    private func expect(_ slot: Slot?, _ packet: [UInt8], _ pool: Pool, _ receiveWhole: Bool) throws {
        try pool.client.send(train(packet), to: pool.address)
        let index = try #require(try pool.firstReadable())
        let socket = pool.sockets[index].socket.rawValue
        #expect(pool.sockets[index].slot == slot)
        if receiveWhole {
            #expect(try receive(socket) == train(packet))
        } else {
            for _ in 0..<segments { #expect(try receive(socket) == packet) }
        }
    }

    @Test("a datagram too large for a linear buffer", arguments: Pool.addresses, [20_000, 40_000, 65_000])
    func large(address: String, count: Int) throws {
        let pool = try Pool(on: address)
        for codec in Pool.codecs {
            for slot in pool.slots {
                #expect(try pool.deliver(Packet.short(codec.anyID(of: slot), count: count)) == slot)
                #expect(try pool.deliver(Packet.long(codec.anyID(of: slot), count: count)) == slot)
            }
        }
        #expect(try pool.counts() == [.serverID: UInt64(2 * 4 * Pool.codecs.count)])
    }
}
