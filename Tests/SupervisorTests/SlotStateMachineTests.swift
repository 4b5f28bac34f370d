import Control
import EventLoop
import QUICLB
import Testing

@testable import Supervisor

@Suite struct SlotStateMachineTests {
    typealias Machine = Slot.StateMachine

    @Test func aWorkerBindsEveryAddressAndThenTheSlotIsActive() {
        var machine = Machine(addressCount: 2)
        #expect(machine.isRetired)
        expect(machine.start(at: seconds(0)), is: Machine.Spawn(incarnation: 1, adoptsSockets: false))
        expect(machine.bound(addressIndex: 1), is: .register)
        expect(machine.bound(addressIndex: 0), is: .register)
        #expect(!machine.isActive)
        expect(machine.ready(at: seconds(1)), is: .activate)
        #expect(machine.isActive)
    }

    @Test func aSlotWithSocketsOfAPoolBeforeItHasItsFirstWorkerAdoptThem() {
        var machine = Machine(addressCount: 2)
        machine.adoptSockets()
        expect(machine.start(at: seconds(0)), is: Machine.Spawn(incarnation: 1, adoptsSockets: true))
        var failing = machine
        // They do not tell that a worker could run.
        expect(failing.failed(), is: .stopPool)
        expect(failing.died(at: seconds(1), poolStarts: true), is: .stopPool)
        expect(failing.start(at: seconds(2)), is: Machine.Spawn(incarnation: 2, adoptsSockets: false))
        expect(machine.ready(at: seconds(1)), is: .activate)
        expect(machine.failed(), is: .report)
    }

    @Test func aWorkerThatBreaksTheOrderIsKilled() {
        var starting = Machine(addressCount: 2)
        _ = starting.start(at: seconds(0))
        expect(starting.bound(addressIndex: 1), is: .register)
        var machine = starting
        expect(machine.bound(addressIndex: 1), is: .kill(why: "it bound address 1 out of turn"))
        machine = starting
        expect(machine.bound(addressIndex: 2), is: .kill(why: "it bound address 2 out of turn"))
        machine = starting
        expect(machine.ready(at: seconds(1)), is: .kill(why: "it is ready with 1 addresses not bound"))
        machine = activeMachine()
        expect(machine.ready(at: seconds(1)), is: .kill(why: "it is ready twice"))
        machine = activeMachine()
        expect(machine.bound(addressIndex: 0), is: .kill(why: "it bound an address when it was ready"))
        #expect(!machine.isActive)
    }

    @Test func whatABrokenWorkerSaysCountsForNothing() {
        var machine = Machine(addressCount: 1)
        _ = machine.start(at: seconds(0))
        _ = machine.bound(addressIndex: 0)
        machine.broke()
        machine.broke()
        expect(machine.bound(addressIndex: 0), is: .ignore)
        expect(machine.ready(at: seconds(1)), is: .ignore)
        #expect(machine.failed() == .ignore)
        #expect(!machine.isActive && !machine.isRetired)
        expect(machine.died(at: seconds(1), poolStarts: true), is: .stopPool)
    }

    @Test func aBrokenWorkerIsReplacedOrTheSlotStops() {
        var machine = activeMachine()
        machine.broke()
        var stopped = machine
        expect(
            machine.died(at: seconds(2), poolStarts: true),
            is: .replace(Machine.Spawn(incarnation: 2, adoptsSockets: true)))
        expect(stopped.stop(), is: .ignore)
        stopped.broke()
        expect(stopped.died(at: seconds(2), poolStarts: true), is: .retire)
    }

    @Test func aFirstWorkerThatDiesBeforeItIsReadyStopsThePool() {
        var machine = Machine(addressCount: 1)
        _ = machine.start(at: seconds(0))
        #expect(machine.failed() == .stopPool)
        expect(machine.died(at: seconds(1), poolStarts: true), is: .stopPool)
        #expect(machine.isRetired)
    }

    @Test func aWorkerThatDiesIsReplacedAtOnceAndItsSocketsAreAdopted() {
        var machine = activeMachine()
        let spawn = Machine.Spawn(incarnation: 2, adoptsSockets: true)
        expect(machine.died(at: seconds(2), poolStarts: true), is: .replace(spawn))
        #expect(!machine.isActive)
        expect(machine.ready(at: seconds(2)), is: .activate)
    }

    @Test func aWorkerThatAdoptedHasNothingToBind() {
        var machine = activeMachine()
        _ = machine.died(at: seconds(2), poolStarts: true)
        expect(machine.bound(addressIndex: 0), is: .kill(why: "it bound address 0 out of turn"))
    }

    @Test func aReplacementThatFailsIsReportedAndTheSlotBacksOff() {
        var machine = activeMachine()
        _ = machine.died(at: seconds(2), poolStarts: true)
        #expect(machine.failed() == .report)
        expect(machine.died(at: seconds(2.1), poolStarts: true), is: .backOff(.milliseconds(100)))
        #expect(!machine.isActive && !machine.isRetired)
        let spawn = Machine.Spawn(incarnation: 3, adoptsSockets: true)
        expect(machine.backoffElapsed(at: seconds(2.2)), is: spawn)
        expect(machine.ready(at: seconds(2.3)), is: .activate)
    }

    @Test func theBackoffDoublesUpToItsLimit() {
        var machine = activeMachine()
        _ = machine.died(at: seconds(2), poolStarts: true)
        var delays: [Duration] = []
        for _ in 0..<8 {
            guard case .backOff(let delay) = machine.died(at: seconds(2), poolStarts: true) else { break }
            delays.append(delay)
            _ = machine.backoffElapsed(at: seconds(2))
        }
        #expect(delays == [100, 200, 400, 800, 1600, 3200, 5000, 5000].map { .milliseconds($0) })
    }

    @Test func aWorkerThatRanLongEnoughIsReplacedAtOnceAgain() {
        var machine = activeMachine()
        _ = machine.died(at: seconds(2), poolStarts: true)
        _ = machine.ready(at: seconds(3))
        expect(machine.died(at: seconds(4), poolStarts: true), is: .backOff(.milliseconds(100)))
        _ = machine.backoffElapsed(at: seconds(5))
        _ = machine.ready(at: seconds(5))
        expect(
            machine.died(at: seconds(15), poolStarts: true),
            is: .replace(Machine.Spawn(incarnation: 4, adoptsSockets: true)))
        _ = machine.ready(at: seconds(15))
        expect(machine.died(at: seconds(16), poolStarts: true), is: .backOff(.milliseconds(100)))
    }

    @Test func aSlotThatStopsIsRetiredWhenItsWorkerDied() {
        var machine = activeMachine()
        expect(machine.stop(), is: .askWorker)
        expect(machine.stop(), is: .ignore)
        #expect(!machine.isRetired)
        expect(machine.died(at: seconds(2), poolStarts: true), is: .retire)
        #expect(machine.isRetired)
        expect(machine.stop(), is: .ignore)
    }

    @Test func aSlotThatStopsWhileItStartsIgnoresItsWorker() {
        var machine = Machine(addressCount: 1)
        _ = machine.start(at: seconds(0))
        expect(machine.stop(), is: .askWorker)
        expect(machine.bound(addressIndex: 0), is: .ignore)
        expect(machine.ready(at: seconds(1)), is: .ignore)
        #expect(machine.failed() == .ignore)
        expect(machine.died(at: seconds(1), poolStarts: true), is: .retire)
    }

    @Test func aSlotThatBacksOffStopsAtOnce() {
        var machine = activeMachine()
        _ = machine.died(at: seconds(2), poolStarts: true)
        _ = machine.died(at: seconds(2), poolStarts: true)
        expect(machine.stop(), is: .retire)
        #expect(machine.isRetired)
        expect(machine.backoffElapsed(at: seconds(3)), is: nil)
    }

    @Test func aRetiredSlotCanBeStartedAgain() {
        var machine = activeMachine()
        _ = machine.stop()
        _ = machine.died(at: seconds(2), poolStarts: true)
        expect(machine.start(at: seconds(3)), is: Machine.Spawn(incarnation: 2, adoptsSockets: false))
    }
}
