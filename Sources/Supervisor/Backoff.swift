/// How long to wait before a worker that died is replaced: not at all the first time, then 100 ms, doubled
/// each time up to 5 s, and from the start again once a worker ran for 10 s.
struct Backoff {
    static let first = Duration.milliseconds(100)
    static let longest = Duration.seconds(5)
    static let resetAfter = Duration.seconds(10)

    private var next = Duration.zero

    /// The wait before the next start.
    ///
    /// - Parameter runTime: how long the worker that died ran.
    mutating func delay(afterRunning runTime: Duration) -> Duration {
        if runTime >= Self.resetAfter { next = .zero }
        defer { next = min(max(next * 2, Self.first), Self.longest) }
        return next
    }
}
