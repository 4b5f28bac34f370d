import Control
import EventLoop

/// How many connections a second a slot accepts, by samples of its counter.
struct ConnectionRate {
    private var last: (count: UInt64, at: Instant)?
    /// Between the last two samples.
    private(set) var perSecond: Double = 0

    mutating func sample(_ count: UInt64, at now: Instant) {
        defer { last = (count, now) }
        guard let last, now > last.at else { return }
        perSecond = Double(count &- last.count) / Double((now - last.at).microseconds) * 1e6
    }
}
