import Linux
import Testing

@testable import EventLoop

/// A loop runs on the thread that calls `run`, and `LoopActor` belongs to one thread of the process: one test at a
/// time.
@Suite(.serialized)
struct EventLoopTests {
    @Test("timers fire in order, and one set again by its own action fires again")
    func timers() throws {
        let loop = try EventLoop(executor: LoopExecutor())
        var fired: [String] = []
        var again = 0
        var repeating: Timer?
        repeating = Timer {
            fired.append("repeating")
            again += 1
            if again < 3 { loop.set(repeating!, to: loop.now) }
        }
        let late = Timer {
            fired.append("late")
            loop.stop()
        }
        let cleared = Timer { fired.append("cleared") }
        loop.set(late, to: loop.now + .milliseconds(5))
        loop.set(cleared, to: loop.now + .milliseconds(1))
        loop.set(repeating!, to: loop.now)
        loop.clear(cleared)
        try loop.run()
        repeating = nil
        #expect(fired == ["repeating", "repeating", "repeating", "late"])
    }

    @Test("a source removed in the turn of its own event is not called again")
    func removal() throws {
        let loop = try EventLoop(executor: LoopExecutor())
        let counters = [try SharedCounter(), try SharedCounter()]
        var calls = 0
        var sources: [EventSource] = []
        sources = counters.map { counter in
            EventSource(fileDescriptor: counter.rawValue) { _ in
                calls += 1
                for source in sources { loop.remove(source) }
                loop.stop()
            }
        }
        for source in sources { try loop.add(source, for: .readable) }
        for counter in counters { counter.signal() }
        try loop.run()
        #expect(calls == 1)
        sources = []
    }

    @Test("end-of-turn hooks run after the events of the turn")
    func hooks() throws {
        let loop = try EventLoop(executor: LoopExecutor())
        var order: [String] = []
        let timer = Timer {
            order.append("timer")
            loop.stop()
        }
        loop.addEndOfTurnHook { order.append("hook") }
        loop.set(timer, to: loop.now)
        try loop.run()
        #expect(order == ["timer", "hook"])
    }

    @Test("tasks of LoopActor run on the loop's thread, and so do unstructured tasks they make")
    func tasks() throws {
        let loop = try EventLoop()
        let log = Log()
        Task(executorPreference: LoopActor.executor) { await recordThreads(log) }
        log.onStop = { loop.stop() }
        try loop.run()
        #expect(log.entries == [true, true, true])
    }

    @Test("a job from another thread wakes a waiting loop")
    func wakeUp() throws {
        let loop = try EventLoop()
        let log = Log()
        log.onStop = { loop.stop() }
        Task.detached { await log.stop() }
        try loop.run()
    }

    /// A task that was not made on the loop comes to wait by way of its queue.
    @Test("what changes between a look and the wait is not missed")
    func changeBeforeTheWait() throws {
        let loop = try EventLoop()
        let log = Log()
        log.onStop = { loop.stop() }
        let condition = Condition()
        let deadline = Timer { loop.stop() }
        loop.set(deadline, to: .now + .seconds(5))
        Task.detached { await lookTwice(condition, log) }
        try loop.run()
        #expect(log.entries == [true])
    }

    @Test("a condition wakes its waiters, and a cancelled one does not wait")
    func condition() throws {
        let loop = try EventLoop()
        let log = Log()
        log.onStop = { loop.stop() }
        let condition = Condition()
        Task { @LoopActor in
            let woken = Task { @LoopActor in await condition.wait(after: 0) }
            let cancelled = Task { @LoopActor in
                await condition.wait(after: 0)
                return Task.isCancelled
            }
            await Task.yield()
            cancelled.cancel()
            log.append(await cancelled.value)
            // The cancellation may wake the other too, which is allowed; it must not be needed.
            condition.notify()
            await woken.value
            log.append(true)
            log.stop()
        }
        try loop.run()
        #expect(log.entries == [true, true])
    }
}

/// An event counter that several closures hold.
private final class SharedCounter {
    private let counter: EventCounter

    init() throws {
        counter = try EventCounter()
    }

    var rawValue: Int32 { counter.rawValue }

    func signal() { counter.signal() }
}

/// What tasks on the loop saw. Confined to the loop while it runs, to the test before and after.
private final class Log: @unchecked Sendable {
    private(set) var entries: [Bool] = []
    var onStop: () -> Void = {}

    @LoopActor func append(_ entry: Bool) { entries.append(entry) }
    @LoopActor func stop() { onStop() }
}

@LoopActor
private func recordThreads(_ log: Log) async {
    log.append(LoopActor.executor.isIsolatingCurrentContext() == true)
    await nonisolatedStep(log)
    await Task { log.append(LoopActor.executor.isIsolatingCurrentContext() == true) }.value
    log.stop()
}

/// Runs where its caller's task prefers to.
private nonisolated func nonisolatedStep(_ log: Log) async {
    let isOnLoop = LoopActor.executor.isIsolatingCurrentContext() == true
    await log.append(isOnLoop)
}

/// Finds nothing at first; what is found then is told of before the waiter waits.
@LoopActor
private func lookTwice(_ condition: Condition, _ log: Log) async {
    var isFirst = true
    let found = try? await condition.first { () -> Bool? in
        if !isFirst { return true }
        isFirst = false
        Task { condition.notify() }
        return nil
    }
    log.append(found == true)
    log.stop()
}
