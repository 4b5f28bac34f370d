import Control
import EventLoop
private import Glibc
import Linux

extension Supervisor {
    /// What there is to tell of the pool now. No worker is asked: their pages and /proc are read.
    var metrics: PoolMetrics {
        let now = Instant.now
        return PoolMetrics(
            version: Release.version, steering: steering.description,
            workersWanted: slots.count { $0.isWanted }, steered: (try? steering.counters()) ?? [:],
            slots: slots.map { $0.metrics(at: now) }, supervisor: ProcessUsage(of: getpid()))
    }
}

extension WorkerSlot {
    fileprivate func metrics(at now: Instant) -> PoolMetrics.Slot {
        let status = status
        let heartbeat = page.heartbeat
        return PoolMetrics.Slot(
            slot: slot, state: status.state, incarnation: incarnation,
            counters: Counter.allCases.map { page[$0] }, histograms: Histogram.allCases.map { page[$0] },
            heartbeatAge: heartbeat > 0 ? now - Instant(nanoseconds: heartbeat) : nil,
            usage: status.pid.flatMap { ProcessUsage(of: $0) })
    }
}
