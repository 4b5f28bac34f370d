/// A token bucket: so many events a second, and as many at once after a quiet second.
package struct RateLimit {
    private let interval: UInt64
    private let burst: UInt64
    /// The time up to which events are paid for, in nanoseconds.
    private var paidUntil: UInt64 = 0

    /// - Parameter perSecond: events allowed in a second, 1 to 1,000,000,000.
    package init(perSecond: UInt64) {
        interval = 1_000_000_000 / perSecond
        burst = 1_000_000_000
    }

    /// Whether an event may happen at `now`; it counts if so.
    package mutating func allows(at now: Instant) -> Bool {
        let start = max(paidUntil, now.nanoseconds - min(now.nanoseconds, burst))
        guard start + interval <= now.nanoseconds else { return false }
        paidUntil = start + interval
        return true
    }
}
