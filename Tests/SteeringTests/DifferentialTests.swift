import Placement
import QUICLB
import Steering
import TestSupport
import Testing

/// Random datagrams: none is lost, and the kernel decides each as the Swift codec and ring do.
@Suite("Random datagrams", Kernel.trait)
struct DifferentialTests {
    /// Two addresses, ten rounds of other configurations each, ten thousand datagrams a round.
    @Test("kernel and model agree on 200,000", arguments: Pool.addresses)
    func agree(address: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        var exits: Set<SteeringCounter> = []
        for _ in 0..<10 {
            let codecs = Self.codecs(using: &random)
            let pool = try Pool(on: address, codecs: codecs)
            let active: Set<Slot> = [Slot(rawValue: 0), Slot(rawValue: 2), Slot(rawValue: 255)]
            try pool.steering.setRing(Ring(active: active))
            var model = Model(
                hash: pool.hash, ring: Ring(active: active), slots: pool.slots,
                codecs: codecs)
            var expected: [SteeringCounter: UInt64] = [:]
            for _ in 0..<10_000 {
                let datagram = Self.datagram(codecs, using: &random)
                let decision = model.decide(datagram)
                let slot = try #require(try pool.deliver(datagram))
                let isRight = decision.slot.map { $0 == slot } ?? active.contains(slot)
                if !isRight {
                    Issue.record("seed \(seed): \(slot) for \(Hexadecimal.encode(datagram.prefix(27)))")
                }
                expected.merge(decision.counts, uniquingKeysWith: +)
            }
            #expect(try pool.counts() == expected, "seed \(seed)")
            exits.formUnion(expected.keys)
        }
        #expect(exits.isSuperset(of: [.serverID, .pin, .ring, .tuple, .malformed, .emptySlot]))
    }

    /// One configuration for most of the codepoints, of any algorithm, lengths, key and host.
    private static func codecs(using random: inout SplitMix64) -> [PoolCodec] {
        var codecs = [PoolCodec(unroutableOf: .random(in: 8...20, using: &random))]
        for id in 0..<UInt8(6) {
            let host = Int.random(in: 1...14, using: &random)
            let nonce = Int.random(in: 4...(18 - host), using: &random)
            let isKeyed = Int.random(in: 0..<4, using: &random) != 0
            let configuration = try! Configuration(
                id: ConfigurationID(rawValue: id)!,
                key: isKeyed ? Configuration.Key(octets(16, &random)) : nil,
                serverIDLength: host + 1, nonceLength: nonce,
                firstOctet: Bool.random(using: &random) ? .random : .encodesLength)
            codecs.append(
                try! PoolCodec(configuration: configuration, host: HostID(octets(host, &random))!))
        }
        return codecs
    }

    private static func octets(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
        (0..<count).map { _ in .random(in: 0...255, using: &random) }
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
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let count = Int.random(in: 0...60)
            let datagram = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            try #require(try pool.deliver(datagram) != nil)
        }
    }

    /// A datagram with something of a QUIC header: of these all decisions come up.
    private static func datagram(_ codecs: [PoolCodec], using random: inout SplitMix64) -> [UInt8] {
        var packet = header(codecs, using: &random)
        if Int.random(in: 0..<4, using: &random) == 0, !packet.isEmpty {
            let index = Int.random(in: 0..<min(packet.count, 26), using: &random)
            packet[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            packet = Array(packet.prefix(.random(in: 0...40, using: &random)))
        }
        return packet
    }

    private static func header(_ codecs: [PoolCodec], using random: inout SplitMix64) -> [UInt8] {
        let codec = codecs.randomElement(using: &random)!
        let slot = Slot(rawValue: [0, 1, 2, 255, 7].randomElement(using: &random)!)
        let id = codec.encode(
            slot: slot, nonce: Nonce(octets(codec.nonceLength, &random))!,
            firstOctetBits: .random(in: 0...31, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: return Packet.short(id)
        case 2, 3: return Packet.long(id, count: 100)
        case 4:
            let any = ConnectionID(octets(.random(in: 0...20, using: &random), &random))!
            return Packet.long(any, count: 100)
        case 5:
            // One of few, so that pins are met.
            return Packet.long(
                ConnectionID([0xc0, 0, 0, UInt8.random(in: 0..<50, using: &random)])!, count: 100)
        case 6:
            let count = Int.random(in: 0...255, using: &random)
            return [0xc0, 0, 0, 0, 1, UInt8(count)] + octets(count, &random)
        default: return octets(.random(in: 0...60, using: &random), &random)
        }
    }
}
