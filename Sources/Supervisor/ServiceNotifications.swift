import EventLoop
import Linux

/// What the service manager is told of the pool's life: that it is ready, reloads, stops; a line on how it does; and
/// that its loop turns.
///
/// Confined to the loop's thread.
final class ServiceNotifications {
    /// The status line changes no more often than this.
    private static let statusInterval = Duration.seconds(1)

    private let manager: ServiceManager
    private let loop: EventLoop
    private let status: () -> String
    private var watchdogTimer: Timer!
    /// How often the manager has to hear that the loop turns; nil where it does not want to.
    private let watchdogInterval: Duration?
    private var statusTimer: Timer!
    private var toldStatus = ""
    private var isStatusAllowed = Instant(nanoseconds: 0)

    /// - Parameter status: asked for one line about the pool.
    init(_ manager: ServiceManager, loop: EventLoop, status: @escaping () -> String) {
        self.manager = manager
        self.loop = loop
        self.status = status
        watchdogInterval = Self.watchdogInterval(
            microseconds: Host.environment("WATCHDOG_USEC"), pid: Host.environment("WATCHDOG_PID"),
            processID: Host.processID)
        watchdogTimer = Timer { [unowned self] in beat() }
        statusTimer = Timer { [unowned self] in tellStatus() }
    }

    /// Half of the time after which the manager gives the process up (sd_watchdog_enabled(3)); nil where it watches
    /// another, or none.
    static func watchdogInterval(microseconds: String?, pid: String?, processID: Int32) -> Duration? {
        guard let microseconds = microseconds.flatMap(Int64.init), microseconds > 1,
            pid == nil || pid.flatMap(Int32.init) == processID
        else { return nil }
        return .microseconds(microseconds) / 2
    }

    /// Beats from now on, as long as the loop turns.
    func startWatchdog() {
        guard manager.isThere else { return }
        beat()
    }

    private func beat() {
        guard let watchdogInterval else { return }
        manager.tell("WATCHDOG=1", waits: false)
        loop.set(watchdogTimer, to: .now + watchdogInterval)
    }

    /// Every worker serves.
    func ready() {
        toldStatus = status()
        manager.tell("READY=1", "STATUS=\(toldStatus)")
    }

    /// The pool takes over a new configuration; `reloaded` follows, whatever comes of it.
    func reloading() {
        // The time tells the manager which of its signals this answers.
        manager.tell("RELOADING=1", "MONOTONIC_USEC=\(Instant.now.nanoseconds / 1000)", "STATUS=reloading")
    }

    func reloaded() { ready() }

    func stopping() {
        manager.tell("STOPPING=1", "STATUS=\(status())")
    }

    /// Tells the status again, now or when it is time to.
    func statusChanged() {
        guard manager.isThere else { return }
        loop.set(statusTimer, to: max(.now, isStatusAllowed))
    }

    private func tellStatus() {
        let status = status()
        guard status != toldStatus else { return }
        toldStatus = status
        isStatusAllowed = .now + Self.statusInterval
        manager.tell("STATUS=\(status)", waits: false)
    }
}
