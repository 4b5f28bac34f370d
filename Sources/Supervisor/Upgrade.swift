import Control
import EventLoop
import Linux
import Logging
import QUICLB

/// Tries another program before it takes this one's place: in a process of its own it reads its configuration and what it
/// would go on with, and says whether it can.
final class UpgradeTrial: PoolOperation {
    /// A program that has not said anything by then hangs.
    private static let timeout = Duration.seconds(10)

    private unowned let pool: Supervisor
    private let executable: Executable
    private let path: String
    private let drainTimeout: Duration
    private let reply: ControlReply?
    private var process: TrialProcess?
    private let deadline = Instant.now + timeout

    init(
        of path: String, _ executable: consuming Executable, in pool: Supervisor, drainTimeout: Duration,
        reply: ControlReply?
    ) {
        self.path = path
        self.executable = executable
        self.pool = pool
        self.drainTimeout = drainTimeout
        self.reply = reply
    }

    func proceed() -> Bool {
        do throws(StartupFailure) {
            guard try goOn() else { return false }
        } catch {
            // Before the answer: who hears it may ask again at once.
            pool.isUpgrading = false
            pool.log.error("upgrade refused", error: error)
            reply?.send(.error(error))
        }
        return true
    }

    /// Returns whether there is nothing more to do.
    private func goOn() throws(StartupFailure) -> Bool {
        guard case .serving = pool.phase else {
            throw StartupFailure(.temporary, "upgrade to \(path)", why: "the pool is stopping")
        }
        if let process {
            guard let outcome = process.outcome else { return false }
            if case .failed(let failure) = outcome {
                throw StartupFailure(
                    failure.category, "upgrade to \(path)", why: failure.description,
                    remedy: "the pool goes on as it was")
            }
        }
        // No worker is about to be ready or to end: that would be lost between the programs.
        guard let handover = pool.handover(drainTimeout: drainTimeout, reply: reply) else {
            guard Instant.now < deadline else {
                throw StartupFailure(
                    .temporary, "upgrade to \(path)", why: "workers are starting or ending all the time",
                    remedy: "try again later")
            }
            return false
        }
        guard process != nil else {
            do {
                process = try TrialProcess(path, handover, loop: pool.loop, timeout: Self.timeout)
            } catch {
                throw StartupFailure(
                    .configuration, "upgrade to \(path)", why: "it cannot be started: \(error)",
                    remedy: "the pool goes on as it was")
            }
            return false
        }
        let error = handover.replaceProcess(by: executable)
        throw StartupFailure(
            .unavailable, "upgrade to \(path)", why: "it cannot take this program's place: \(error)",
            remedy: "the pool goes on as it was")
    }
}

/// Starts workers of the program that has taken a pool over, in the place of the former one's, which drain then; or gives the
/// pool back.
final class UpgradeCompletion: PoolOperation {
    private unowned let pool: Supervisor
    /// As it was left: the descriptors are open still, and not in use.
    private let original: Handover
    private let reply: ControlReply?
    private let old: [WorkerSlot]
    private var new: [WorkerSlot] = []
    /// Why the pool goes back, once its new slots are free.
    private var failure: StartupFailure?

    init(_ original: Handover, in pool: Supervisor, reply: ControlReply?) {
        self.original = original
        self.pool = pool
        self.reply = reply
        old = pool.slots.filter(\.isWanted)
    }

    /// Starts the workers.
    func start() {
        do {
            new = try pool.startWorkers(max(1, old.count), for: "upgrade")
        } catch {
            failure = error
        }
    }

    func proceed() -> Bool {
        guard case .serving = pool.phase else { return true }
        if failure != nil { return giveBack() }
        if let failed = new.first(where: \.failedToStart) {
            failure = StartupFailure(
                .unavailable, "upgrade to \(Release.version)",
                why: "its worker in slot \(failed.slot) does not become ready",
                remedy: "the pool goes on as it was")
            for slot in new { slot.drain(by: .now) }
            return false
        }
        guard new.allSatisfy(\.isActive) else { return false }
        finish()
        return true
    }

    private func finish() {
        let deadline = Instant.now + .seconds(original.drainTimeoutSeconds)
        for slot in old { slot.drain(by: deadline) }
        original.closeDescriptors()
        pool.isUpgrading = false
        pool.log.notice("upgraded", metadata: ["from": "\(original.release)", "to": "\(Release.version)"])
        reply?.send(
            .upgrade(
                ControlAnswer.Upgrade(
                    release: Release.version, started: new.map(\.slot.rawValue),
                    draining: old.map(\.slot.rawValue))))
    }

    /// Has the former program go on, as soon as nothing is left of this one's workers. Returns where that is not to be had.
    private func giveBack() -> Bool {
        guard let failure, new.allSatisfy(\.isRetired),
            var handover = pool.handover(drainTimeout: .zero, reply: reply)
        else { return false }
        handover.executable = original.executable
        let error = handover.giveBack(failure)
        // This program can do all that the former one could but start workers, perhaps.
        pool.isUpgrading = false
        pool.log.error("the former program cannot be had back", error: error)
        reply?.send(.error(failure))
        return true
    }
}
