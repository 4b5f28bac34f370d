import Control
import Logging

// Another configuration, without touching connections.
extension Supervisor {
    /// Reads the configuration anew, and has workers serve by it: all of it, or nothing.
    func reload(_ reply: ControlReply?) throws(StartupFailure) {
        try requireServing("reload")
        service.reloading()
        do {
            try useNewConfiguration(reply)
        } catch {
            service.reloaded()
            throw error
        }
    }

    private func useNewConfiguration(_ reply: ControlReply?) throws(StartupFailure) {
        let new = try configurationSource()
        if let difference = configuration.firstFixedDifference(from: new) {
            throw StartupFailure(
                .configuration, "reload", why: "\(difference) cannot change while the pool runs",
                remedy: "leave it as it was, or stop and start the pool")
        }
        try new.validate()
        try checkFitsChannel(new.service)
        try new.checkDescriptors(forWorkers: new.workerCount)
        let resizes = new.workerCount != configuration.workerCount
        configuration = new
        for slot in slots { slot.reload(new.service) }
        if resizes {
            _ = try resize(.to(new.workerCount), drainTimeout: ControlRequest.defaultDrainTimeout)
        }
        begin(AwaitedReload(of: self, reply: reply))
    }
}

/// Says that the configuration is in use when all workers have said so.
final class AwaitedReload: PoolOperation {
    private unowned let pool: Supervisor
    private let reply: ControlReply?

    init(of pool: Supervisor, reply: ControlReply?) {
        self.pool = pool
        self.reply = reply
    }

    func proceed() -> Bool {
        guard !pool.slots.contains(where: \.awaitsReload) else { return false }
        pool.log.notice("configuration reloaded")
        pool.service.reloaded()
        reply?.send(.done(.reload))
        return true
    }
}
