import Control
import EventLoop

// Signs of life.
extension Supervisor {
    /// Between two looks at the workers' pages, which they write each second.
    private static let checkPeriod = Duration.seconds(1)

    func scheduleChecks() {
        nextCheck = .now + Self.checkPeriod
        loop.set(checkTimer, to: nextCheck)
    }

    func checkWorkers() {
        let now = Instant.now
        // Where this process did not get to run, as on a host that was suspended, workers did not either.
        let isFair = now - nextCheck < Self.checkPeriod
        for slot in slots { slot.check(silence: configuration.workerTimeout, isFair: isFair, at: now) }
        scheduleChecks()
    }
}
