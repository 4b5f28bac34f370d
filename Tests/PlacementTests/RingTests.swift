import Placement
import QUICLB
import Testing

@Suite("Ring")
struct RingTests {
    private func slots(_ values: some Sequence<Int>) -> Set<Slot> {
        Set(values.map { Slot(rawValue: UInt8($0)) })
    }

    private func owners(_ ring: Ring) -> [Slot?] {
        (0..<UInt64(Ring.size)).map { ring.slot(for: $0) }
    }

    @Test("without active slots it has none to offer")
    func empty() {
        #expect(owners(Ring(active: [])).allSatisfy { $0 == nil })
    }

    @Test("only the low bits of a hash count")
    func index() {
        let ring = Ring(active: slots(0..<8))
        #expect(ring.slot(for: 0xffff_ffff_ffff_fc07) == ring.slot(for: 7))
    }

    @Test("the order of the slots does not matter")
    func order() {
        #expect(Ring(active: slots(0..<32)) == Ring(active: slots(0..<32).sorted().reversed()))
    }

    @Test("each slot has about its share", arguments: [1, 2, 4, 16, 64])
    func share(count: Int) {
        let shares = Dictionary(grouping: owners(Ring(active: slots(0..<count)))) { $0 }.mapValues(\.count)
        #expect(shares.count == count)
        let fair = Double(Ring.size) / Double(count)
        // Five standard deviations of a fair draw of each entry.
        let slack = 5 * (fair * (1 - 1 / Double(count))).squareRoot()
        for (_, share) in shares { #expect(abs(Double(share) - fair) <= slack) }
    }

    @Test("a change of one slot moves only that slot's entries", arguments: [2, 5, 40, 256])
    func minimalMoves(count: Int) {
        let all = slots(0..<count)
        let before = owners(Ring(active: all))
        for slot in [all.min()!, all.max()!] {
            let after = owners(Ring(active: all.subtracting([slot])))
            for (old, new) in zip(before, after) {
                #expect(new == old || old == slot)
                #expect(new != slot)
            }
        }
    }
}
