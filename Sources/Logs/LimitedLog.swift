package import EventLoop
package import Logging

/// Lines of the log that a peer can provoke: some a second, and in the next one how many were left out.
package struct LimitedLog {
    private var rate: RateLimit
    private var untold = 0

    /// - Parameter perSecond: lines a second, 1 to 1,000,000,000; as many at once after a quiet second.
    package init(perSecond: UInt64) {
        rate = RateLimit(perSecond: perSecond)
    }

    /// Logs, unless there were too many. Those left out since the last line are counted in it, as `untold`.
    package mutating func log(
        _ message: Logger.Message, level: Logger.Level, metadata: @autoclosure () -> Logger.Metadata,
        to logger: Logger, at now: Instant
    ) {
        guard logger.logLevel <= level else { return }
        guard rate.allows(at: now) else {
            untold += 1
            return
        }
        var metadata = metadata()
        if untold > 0 { metadata["untold"] = .number(untold) }
        untold = 0
        logger.log(level: level, message, metadata: metadata)
    }
}
