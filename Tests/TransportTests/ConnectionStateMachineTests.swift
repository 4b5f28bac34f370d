import EventLoop
import Testing

@testable import Transport

struct ConnectionStateMachineTests {
    private let soon = Instant(nanoseconds: 10)

    @Test("a connection is closed once, by one side")
    func closesOnce() {
        var machine = Connection.StateMachine()
        #expect(machine.isOpen)
        #expect(machine.close() == true)
        #expect(machine.isOpen == false)
        #expect(machine.close() == false)
        #expect(machine.drain() == false)
        #expect(machine.end() == true)
        #expect(machine.end() == false)
        #expect(machine.hasEnded)
    }

    @Test("a draining connection answers nothing (RFC 9000 §10.2.2)")
    func drains() {
        var machine = Connection.StateMachine()
        #expect(machine.drain() == true)
        #expect(machine.answersPacket() == false)
        #expect(machine.close() == false)
    }

    @Test("a closing connection answers ever more rarely (RFC 9000 §10.2.1)")
    func answersRarely() {
        var machine = Connection.StateMachine()
        _ = machine.close()
        let answered = (1...100).filter { _ in machine.answersPacket() }
        #expect(answered == [1, 2, 4, 8, 16, 32, 64])
    }

    @Test("an application that is done closes when what it wrote has arrived, or at the deadline")
    func finishes() {
        var machine = Connection.StateMachine()
        #expect(machine.closesWhenFlushed(true, at: soon) == false)
        machine.finish(by: soon)
        #expect(machine.isOpen)
        #expect(machine.finishDeadline == soon)
        #expect(machine.closesWhenFlushed(false, at: Instant(nanoseconds: 9)) == false)
        #expect(machine.closesWhenFlushed(true, at: Instant(nanoseconds: 9)))
        #expect(machine.closesWhenFlushed(false, at: soon))
    }
}

struct SendBudgetTests {
    @Test("a stream has half of the budget at most, all streams the whole, and then each its share")
    func limits() {
        var budget = SendBudget()
        #expect(budget.take(.max, held: 0) == SendBudget.streamLimit)
        #expect(budget.take(1, held: SendBudget.streamLimit) == 0)
        #expect(budget.take(.max, held: 0) == SendBudget.streamLimit)
        #expect(budget.take(.max, held: 0) == SendBudget.share)
        #expect(budget.take(.max, held: SendBudget.share - 1) == 1)
        #expect(budget.take(1, held: SendBudget.share) == 0)
    }

    @Test("writers are woken when half is free again, and only if one was refused")
    func wakes() {
        var budget = SendBudget()
        _ = budget.take(SendBudget.streamLimit, held: 0)
        _ = budget.take(SendBudget.streamLimit, held: 0)
        #expect(budget.giveBack(0) == false)
        _ = budget.take(1, held: SendBudget.share)
        #expect(budget.giveBack(SendBudget.streamLimit - 1) == false)
        #expect(budget.giveBack(1) == true)
        #expect(budget.giveBack(1) == false)
    }
}
