import QUICLB
import Testing

@testable import Supervisor

@Suite struct RingMembershipTests {
    private let slots = (0..<3).map { Slot(rawValue: $0) }

    @Test func slotsJoinAndLeave() {
        var ring = RingMembership()
        let changes = [ring.join(slots[0]), ring.join(slots[1]), ring.join(slots[1])]
        #expect(changes == [true, true, false])
        #expect(ring.members == [slots[0], slots[1]])
        let isChanged = ring.leave(slots[0])
        #expect(isChanged)
        #expect(ring.members == [slots[1]])
    }

    @Test func theLastSlotStaysUntilAnotherComes() {
        var ring = RingMembership()
        _ = ring.join(slots[0])
        let isEmptied = ring.leave(slots[0])
        #expect(!isEmptied)
        #expect(ring.members == [slots[0]])
        let isChanged = ring.join(slots[2])
        #expect(isChanged)
        #expect(ring.members == [slots[2]])
    }
}
