import QUICLB
import TestSupport
import Testing

@testable import Supervisor

@Suite struct ResizePlanTests {
    private func entry(
        _ slot: UInt8, _ standing: ResizePlan.Standing, connections: UInt64 = 0
    ) -> ResizePlan.Entry {
        ResizePlan.Entry(slot: Slot(rawValue: slot), standing: standing, connections: connections)
    }

    private func slots(_ values: UInt8...) -> [Slot] { values.map(Slot.init(rawValue:)) }

    private let active = ResizePlan.Standing.wanted(isActive: true)

    @Test func aPoolGrowsIntoTheLowestFreeSlots() {
        let plan = ResizePlan(
            [entry(0, active), entry(1, .free), entry(2, .ending), entry(3, active)], count: 5)
        #expect(plan.starting == slots(1, 4, 5))
        #expect(plan.takingBack.isEmpty && plan.draining.isEmpty)
    }

    @Test func whatDrainsIsTakenBackFirst() {
        let plan = ResizePlan(
            [entry(0, active), entry(1, .draining, connections: 2), entry(2, .draining, connections: 9)],
            count: 2)
        #expect(plan.takingBack == slots(2))
        #expect(plan.starting.isEmpty)
    }

    @Test func theSlotsWithTheFewestConnectionsGo() {
        let plan = ResizePlan(
            [
                entry(0, active, connections: 5), entry(1, active, connections: 1),
                entry(2, active, connections: 1), entry(3, .wanted(isActive: false), connections: 7),
            ], count: 1)
        #expect(plan.draining == slots(3, 2, 1))
    }

    @Test func theSameNumberChangesNothing() {
        let plan = ResizePlan([entry(0, active), entry(1, .draining)], count: 1)
        #expect(plan.starting.isEmpty && plan.takingBack.isEmpty && plan.draining.isEmpty)
    }

    /// Whatever the slots are, there are as many as are wanted afterwards, if there are slots enough.
    @Test func everyPlanComesToItsNumber() {
        var random = SplitMix64(seed: 3)
        let standings: [ResizePlan.Standing] = [.free, active, .wanted(isActive: false), .draining, .ending]
        for _ in 0..<2_000 {
            let entries = (0..<UInt8.random(in: 1...255, using: &random)).map {
                entry(
                    $0, standings.randomElement(using: &random)!,
                    connections: .random(in: 0...9, using: &random))
            }
            let count = Int.random(in: 1...256, using: &random)
            let plan = ResizePlan(entries, count: count)
            let wanted = entries.count {
                $0.standing == active || $0.standing == .wanted(isActive: false)
            }
            let ending = entries.count { $0.standing == .ending }
            let later = wanted + plan.starting.count + plan.takingBack.count - plan.draining.count
            #expect(later == min(count, 256 - ending) || wanted > count && later == count)
            let changed = plan.starting + plan.takingBack + plan.draining
            #expect(Set(changed).count == changed.count)
            for slot in plan.starting {
                #expect(entries.first { $0.slot == slot }.map { $0.standing == .free } ?? true)
            }
        }
    }
}
