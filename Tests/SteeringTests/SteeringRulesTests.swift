import Placement
import QUICLB
import Steering
import Testing

/// What `drover cid explain` says of a packet is what the kernel does with it.
@Suite("Steering rules", Kernel.trait)
struct SteeringRulesTests {
    private let host = HostID([0xd0, 0x0e])!

    @Test("kernel and rules agree")
    func agree() throws {
        let configuration = try Configuration(
            id: ConfigurationID(rawValue: 1)!, serverIDLength: 3, nonceLength: 5)
        let rules = try SteeringRules(configuration: configuration, hostID: host)
        let codec = try PoolCodec(configuration: configuration, host: host)
        let pool = try Pool(codecs: [codec])

        for _ in 0..<2_000 {
            let packet = Self.packet(codec)
            let decision = packet.withUnsafeBytes { rules.decide(packet: $0) }
            let slot = try #require(try pool.deliver(packet))
            #expect(try pool.counts() == [Self.counter(of: decision): 1], "\(Hexadecimal.encode(packet))")
            if let known = decision.slot { #expect(slot == known) }
        }
    }

    private static func packet(_ codec: PoolCodec) -> [UInt8] {
        let slot = [0, 1, 2, 255].map { Slot(rawValue: $0) }.randomElement()!
        let packet =
            switch Int.random(in: 0..<4) {
            case 0: Packet.short(codec.anyID(of: slot))
            case 1: Packet.long(codec.anyID(of: slot))
            case 2: Packet.long(.clientChosen(count: .random(in: 8...20)))
            default: [0xc0, 0, 0, 0, 1, 21] + [UInt8](repeating: 0x3f, count: 40)
            }
        return Bool.random() ? packet : Array(packet.prefix(.random(in: 0...20)))
    }

    private static func counter(of decision: SteeringDecision) -> SteeringCounter {
        switch decision {
        case .serverID: .serverID
        case .ring: .ring
        case .tuple: .tuple
        case .malformed: .malformed
        }
    }
}
