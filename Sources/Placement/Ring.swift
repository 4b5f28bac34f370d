package import QUICLB
internal import SteerABI

/// The consistent-hash table that places new connections on active slots.
///
/// Each entry belongs to the slot with the highest weight for it (rendezvous hashing): a slot that
/// joins takes its share from all others alike and moves nothing else, and one that leaves gives
/// back just that.
package struct Ring: Hashable, Sendable {
    package static let size = Int(STEER_RING_SIZE)

    /// The slot of each entry, as the kernel program has them: without active slots all are
    /// `STEER_NO_SLOT`.
    package let entries: [UInt16]

    package init(active: some Sequence<Slot>) {
        let slots = Set(active)
        entries = (0..<Self.size).map { entry in
            let heaviest = slots.max { (Self.weight($0, at: entry), $0) < (Self.weight($1, at: entry), $1) }
            return heaviest.map { UInt16($0.rawValue) } ?? UInt16(STEER_NO_SLOT)
        }
    }

    /// The slot for a hash, or nil where no slot is active.
    package func slot(for hash: UInt64) -> Slot? {
        let entry = entries[Int(truncatingIfNeeded: hash) & (Self.size - 1)]
        return UInt8(exactly: entry).map(Slot.init(rawValue:))
    }

    /// SplitMix64's output for a number that only this pair has. It needs no key: the hash of the
    /// DCID has one.
    private static func weight(_ slot: Slot, at entry: Int) -> UInt64 {
        var value = (UInt64(entry) << 8 | UInt64(slot.rawValue)) &* 0x9e37_79b9_7f4a_7c15
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
