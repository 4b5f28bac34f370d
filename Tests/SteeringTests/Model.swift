import Placement
import QUICLB
import Steering

/// The order of decision over again, in Swift, for a pool whose slots all hold sockets.
struct Model {
    let hash: PlacementHash
    let ring: Ring
    let slots: Set<Slot>
    let codecs: [UInt8: PoolCodec]
    private var pins: Set<ConnectionID> = []

    init(hash: PlacementHash, ring: Ring, slots: Set<Slot>, codecs: [PoolCodec]) {
        self.hash = hash
        self.ring = ring
        self.slots = slots
        self.codecs = Dictionary(uniqueKeysWithValues: codecs.map { ($0.codepoint, $0) })
    }

    struct Decision: Equatable {
        /// Nil where the kernel's hash of the 4-tuple decides, which is not known here.
        var slot: Slot?
        var counts: [SteeringCounter: UInt64]
    }

    mutating func decide(_ datagram: [UInt8]) -> Decision {
        guard let first = datagram.first else { return Decision(slot: nil, counts: [.malformed: 1]) }
        return first & 0x80 == 0 ? decideShort(datagram) : decideLong(datagram)
    }

    private func decideShort(_ datagram: [UInt8]) -> Decision {
        let encoded = datagram.dropFirst().first.flatMap { codecs[$0 >> 5] }.flatMap { codec in
            ConnectionID(datagram.dropFirst().prefix(codec.connectionIDLength)).flatMap(codec.slot(of:))
        }
        guard let slot = encoded else { return Decision(slot: nil, counts: [.tuple: 1]) }
        if slots.contains(slot) { return Decision(slot: slot, counts: [.serverID: 1]) }
        return Decision(slot: nil, counts: [.emptySlot: 1, .tuple: 1])
    }

    private mutating func decideLong(_ datagram: [UInt8]) -> Decision {
        guard datagram.count > 5, datagram.count >= 6 + Int(datagram[5]),
            let id = ConnectionID(datagram[6..<6 + Int(datagram[5])])
        else { return Decision(slot: nil, counts: [.malformed: 1]) }

        let encoded = id.withUnsafeBytes { $0.first.flatMap { codecs[$0 >> 5] } }.flatMap { $0.slot(of: id) }
        if let encoded, slots.contains(encoded) { return Decision(slot: encoded, counts: [.serverID: 1]) }
        var decision = Decision(slot: ring.slot(for: hash(id)), counts: [:])
        decision.counts[pins.insert(id).inserted ? .ring : .pin] = 1
        if encoded != nil { decision.counts[.emptySlot] = 1 }
        return decision
    }
}
