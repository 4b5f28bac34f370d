import Control
import EventLoop
import Linux
import QUICLB

/// Puts new workers in the place of others, one at a time: a worker is started in a free slot, and when it is active the
/// old one's slot drains. A wish for another number of workers ends it.
final class RollingRestart: PoolOperation {
    private static let what = "restart"

    private unowned let pool: Supervisor
    private let reply: ControlReply
    private let drainTimeout: Duration
    private let wish: Int
    private let count: Int
    private var remaining: ArraySlice<WorkerSlot>
    private var current: (old: WorkerSlot, new: WorkerSlot)?
    private var started: [UInt8] = []
    private var draining: [UInt8] = []

    /// - Parameter slots: whose workers are to be replaced.
    init(_ slots: [WorkerSlot], of pool: Supervisor, drainTimeout: Duration, reply: ControlReply) {
        remaining = slots[...]
        count = slots.count
        self.pool = pool
        self.drainTimeout = drainTimeout
        self.reply = reply
        wish = pool.wishes
    }

    func proceed() -> Bool {
        do throws(StartupFailure) {
            if let current, try finish(current.old, current.new) { self.current = nil }
            if current == nil { current = try startNext() }
        } catch {
            reply.send(.error(error))
            return true
        }
        guard current == nil else { return false }
        reply.send(
            .change(
                .restart, PoolChange(workers: pool.wantedCount, starting: started, draining: draining)))
        return true
    }

    /// Lets the old worker go when the new one is active. Returns whether it is.
    private func finish(_ old: WorkerSlot, _ new: WorkerSlot) throws(StartupFailure) -> Bool {
        guard wish == pool.wishes, case .serving = pool.phase else {
            throw failure(.temporary, "another wish came, which counts")
        }
        if new.failedToStart {
            new.drain(by: .now)
            throw failure(.unavailable, "the new worker of slot \(new.slot) does not become ready")
        }
        guard new.isActive else { return false }
        old.drain(by: .now + drainTimeout)
        started.append(new.slot.rawValue)
        draining.append(old.slot.rawValue)
        return true
    }

    /// Starts the worker that takes the place of the next one; nil where there is none left.
    private func startNext() throws(StartupFailure) -> (old: WorkerSlot, new: WorkerSlot)? {
        while let old = remaining.popFirst() {
            // It may have gone meanwhile.
            guard old.isWanted else { continue }
            let new = try pool.startWorkers(1, for: Self.what)[0]
            reply.send(
                .progress(
                    PoolProgress(starting: [new.slot.rawValue], draining: pool.slots.compactMap(\.draining))))
            return (old, new)
        }
        return nil
    }

    private func failure(_ category: StartupFailure.Category, _ why: String) -> StartupFailure {
        StartupFailure(
            category, Self.what, why: "\(why); \(started.count) of \(count) workers were replaced")
    }
}
