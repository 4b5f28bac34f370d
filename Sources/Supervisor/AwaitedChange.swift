import Control
import QUICLB

/// Answers a wish for more workers or fewer when it has come true, after lines of progress.
final class AwaitedChange: PoolOperation {
    private unowned let pool: Supervisor
    private let command: ControlCommand
    private let change: PoolChange
    private let wish: Int
    private let reply: ControlReply
    private var told: PoolProgress?

    init(_ command: ControlCommand, _ change: PoolChange, of pool: Supervisor, reply: ControlReply) {
        self.command = command
        self.change = change
        self.pool = pool
        self.reply = reply
        wish = pool.wishes
    }

    func proceed() -> Bool {
        guard reply.isOpen else { return true }
        if let failure { reply.send(.error(failure)) }
        let progress = progress
        if progress.starting.isEmpty, progress.draining.isEmpty { reply.send(.change(command, change)) }
        guard reply.isOpen else { return true }
        // What the client has not read yet would only be older.
        if progress != told, reply.isTaken {
            told = progress
            reply.send(.progress(progress))
        }
        return false
    }

    private var failure: StartupFailure? {
        if wish != pool.wishes {
            return StartupFailure(.temporary, command.rawValue, why: "another wish came, which counts")
        }
        guard let slot = change.starting.first(where: { pool.slots[Int($0)].failedToStart }) else {
            return nil
        }
        return StartupFailure(
            .unavailable, command.rawValue, why: "the worker of slot \(slot) does not become ready",
            remedy: "the pool goes on trying; its log says why")
    }

    private var progress: PoolProgress {
        PoolProgress(
            starting: change.starting.filter { !pool.slots[Int($0)].isActive },
            draining: change.draining.compactMap { pool.slots[Int($0)].draining })
    }
}
