import Control
import EventLoop
import QUICLB
import Testing

@testable import Supervisor

/// How a slot is given up.
@Suite struct SlotDrainingTests {
    typealias Machine = Slot.StateMachine

    @Test func anActiveSlotDrainsLeavesAndIsFree() {
        var machine = activeMachine()
        expect(machine.drain(), is: .askWorker)
        #expect(!machine.isWanted && !machine.isActive && !machine.isRetired)
        expect(machine.drain(), is: .ignore)
        expect(machine.drained(), is: true)
        expect(machine.drained(), is: false)
        expect(machine.drainIsOverdue(), is: true)
        expect(machine.died(at: seconds(2), poolStarts: false), is: .retire)
        #expect(machine.isRetired)
        // Its sockets are gone with it.
        expect(machine.start(at: seconds(3)), is: Machine.Spawn(incarnation: 2, adoptsSockets: false))
    }

    @Test func aDrainingSlotIsTakenBackAndALeavingOneIsNot() {
        var machine = activeMachine()
        expect(machine.takeBack(), is: false)
        _ = machine.drain()
        expect(machine.takeBack(), is: true)
        #expect(machine.isActive)
        // What its worker said before it heard of it.
        expect(machine.drained(), is: false)
        expect(machine.drainIsOverdue(), is: false)
        _ = machine.drain()
        _ = machine.drained()
        expect(machine.takeBack(), is: false)
    }

    /// Its clients learn of it from the successor, which drains, too.
    @Test func aWorkerThatDiesWhileItDrainsIsReplacedByOneThatDrains() {
        var machine = activeMachine()
        _ = machine.drain()
        let spawn = Machine.Spawn(incarnation: 2, adoptsSockets: true)
        expect(machine.died(at: seconds(2), poolStarts: false), is: .replace(spawn))
        #expect(!machine.isWanted)
        expect(machine.takeBack(), is: false)
        expect(machine.ready(at: seconds(3)), is: .drain)
        expect(machine.status, is: .draining)
        // One that goes on dying is given up.
        expect(machine.died(at: seconds(4), poolStarts: false), is: .retire)
    }

    @Test func aBrokenWorkersSuccessorDrainsWhereTheSlotDoes() {
        var draining = activeMachine()
        _ = draining.drain()
        draining.broke()
        var broken = activeMachine()
        broken.broke()
        expect(broken.drain(), is: .awaitSuccessor)
        for var machine in [draining, broken] {
            let spawn = Machine.Spawn(incarnation: 2, adoptsSockets: true)
            expect(machine.died(at: seconds(20), poolStarts: false), is: .replace(spawn))
            expect(machine.ready(at: seconds(21)), is: .drain)
            expect(machine.drained(), is: true)
        }
    }

    @Test func theTimeToDrainEndsForASuccessorToo() {
        var machine = activeMachine()
        _ = machine.drain()
        _ = machine.died(at: seconds(2), poolStarts: false)
        expect(machine.drainIsOverdue(), is: true)
        expect(machine.died(at: seconds(3), poolStarts: false), is: .retire)
    }

    @Test func aLeavingWorkerIsNotReplaced() {
        var leaving = activeMachine()
        _ = leaving.drain()
        _ = leaving.drained()
        leaving.broke()
        expect(leaving.died(at: seconds(2), poolStarts: false), is: .retire)
    }

    @Test func aSlotThatDoesNotServeYetIsStopped() {
        var starting = Machine(addressCount: 1)
        _ = starting.start(at: seconds(0))
        expect(starting.drain(), is: .stopWorker)
        expect(starting.ready(at: seconds(1)), is: .ignore)
        expect(starting.died(at: seconds(2), poolStarts: false), is: .retire)

        var backingOff = activeMachine()
        _ = backingOff.died(at: seconds(2), poolStarts: false)
        _ = backingOff.died(at: seconds(2.1), poolStarts: false)
        expect(backingOff.status, is: .backingOff)
        expect(backingOff.drain(), is: .retire)
        expect(backingOff.backoffElapsed(at: seconds(3)), is: nil)
    }

    @Test func aPoolThatStopsStopsWhatDrains() {
        var machine = activeMachine()
        _ = machine.drain()
        expect(machine.stop(), is: .askWorker)
        expect(machine.drained(), is: false)
        expect(machine.died(at: seconds(2), poolStarts: false), is: .retire)
    }

    /// A pool that serves tries again in a slot that it grew into, with new sockets each time.
    @Test func aNewSlotWhoseWorkerDiesBacksOff() {
        var machine = Machine(addressCount: 1)
        _ = machine.start(at: seconds(0))
        _ = machine.bound(addressIndex: 0)
        expect(
            machine.died(at: seconds(0.1), poolStarts: false),
            is: .replace(Machine.Spawn(incarnation: 2, adoptsSockets: false)))
        #expect(!machine.holdsSockets)
        expect(machine.bound(addressIndex: 0), is: .register)
        expect(machine.died(at: seconds(0.2), poolStarts: false), is: .backOff(.milliseconds(100)))
    }
}
