import Control
import EventLoop
import Linux
import Logging
import Logs
import QUICLB

// How many workers there are, and which.
extension Supervisor {
    /// Slots that are wanted, active or about to be.
    var wantedCount: Int { slots.count { $0.isWanted } }

    /// Starts or drains as many workers as it takes. The newest wish counts: slots that drain are taken back first.
    func resize(
        _ change: WorkerCountChange, drainTimeout: Duration
    ) throws(StartupFailure) -> PoolChange {
        let count: Int
        switch change {
        case .to(let wanted): count = wanted
        case .by(let difference):
            let (sum, overflow) = wantedCount.addingReportingOverflow(difference)
            count = overflow ? .max : sum
        }
        let what = "resize to \(count)"
        try requireServing(what)
        guard PoolConfiguration.workerCounts.contains(count) else {
            throw StartupFailure(
                .usage, what, why: "a pool has 1 to 256 workers", remedy: "give a number in that range")
        }
        try configuration.checkDescriptors(forWorkers: count)
        let plan = ResizePlan(slots.map(\.entry), count: count)
        wishes += 1
        let deadline = Instant.now + drainTimeout
        for slot in plan.takingBack { _ = slots[Int(slot.rawValue)].takeBack() }
        try start(plan.starting, what)
        for slot in plan.draining { slots[Int(slot.rawValue)].drain(by: deadline) }
        log.info("pool resized", metadata: ["workers": .number(count)])
        return poolChange(starting: plan.starting)
    }

    private func poolChange(starting: [Slot]) -> PoolChange {
        PoolChange(
            workers: wantedCount, starting: starting.map(\.rawValue),
            draining: slots.compactMap(\.draining?.slot))
    }

    private func start(_ starting: [Slot], _ what: String) throws(StartupFailure) {
        for slot in starting {
            do {
                while slots.count <= Int(slot.rawValue) { _ = try addSlot() }
            } catch {
                throw StartupFailure(.unavailable, what, why: "slot \(slot) has no stats page: \(error)")
            }
            slots[Int(slot.rawValue)].start()
        }
    }

    /// Starts workers in free slots.
    ///
    /// - Throws: where there are not so many.
    func startWorkers(_ count: Int, for what: String) throws(StartupFailure) -> [WorkerSlot] {
        let used = Set(slots.filter { !$0.isRetired }.map(\.slot))
        let free = ResizePlan.free(besides: used).prefix(count)
        guard free.count == count else {
            throw StartupFailure(
                .temporary, what, why: "only \(free.count) of 256 slots are free, and it takes \(count)",
                remedy: "try again when slots have drained")
        }
        try configuration.checkDescriptors(forWorkers: used.count + count)
        try start(Array(free), what)
        return free.map { slots[Int($0.rawValue)] }
    }

    // MARK: Single slots

    /// Gives up a slot that is wanted.
    func drain(_ slot: Slot, timeout: Duration) throws(StartupFailure) -> PoolChange {
        let what = "drain slot \(slot)"
        try requireServing(what)
        let worker = try existingSlot(slot, what)
        guard worker.isWanted else {
            throw StartupFailure(.usage, what, why: "it is \(worker.status.state.rawValue)")
        }
        guard wantedCount > 1 else {
            throw StartupFailure(
                .usage, what, why: "it is the only one that takes new connections",
                remedy: "resize the pool to 2 before, or restart the slot")
        }
        wishes += 1
        worker.drain(by: .now + timeout)
        return poolChange(starting: [])
    }

    /// Wants a draining slot again.
    func undrain(_ slot: Slot) throws(StartupFailure) -> PoolChange {
        let what = "undrain slot \(slot)"
        try requireServing(what)
        let worker = try existingSlot(slot, what)
        guard worker.takeBack() else {
            throw StartupFailure(
                .usage, what, why: "it is \(worker.status.state.rawValue), not draining",
                remedy: worker.isRetired ? "resize the pool" : nil)
        }
        wishes += 1
        return poolChange(starting: [])
    }

    /// Replaces the worker of a slot, or of all in turn.
    func restart(
        _ slot: Slot?, drainTimeout: Duration, _ reply: ControlReply
    ) throws(StartupFailure) {
        let what = slot.map { "restart slot \($0)" } ?? "restart"
        try requireServing(what)
        let wanted: [WorkerSlot]
        if let slot {
            let worker = try existingSlot(slot, what)
            guard worker.isWanted else {
                throw StartupFailure(.usage, what, why: "it is \(worker.status.state.rawValue)")
            }
            wanted = [worker]
        } else {
            wanted = slots.filter(\.isWanted)
        }
        wishes += 1
        begin(RollingRestart(wanted, of: self, drainTimeout: drainTimeout, reply: reply))
    }

    private func existingSlot(_ slot: Slot, _ what: String) throws(StartupFailure) -> WorkerSlot {
        guard Int(slot.rawValue) < slots.count else {
            throw StartupFailure(.usage, what, why: "the pool has never had it")
        }
        return slots[Int(slot.rawValue)]
    }
}
