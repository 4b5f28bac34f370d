internal import Control
internal import EventLoop
internal import Linux

/// What a worker does once a second, busy or not: it shows that it lives, and gives back the memory of
/// connections that are gone.
final class Housekeeping {
    private static let period = Duration.seconds(1)
    /// Trimming the heap takes time in proportion to it, so as many connections must have ended as there are,
    /// and no fewer than these; unless none is left.
    private static let minimumEnded: UInt64 = 1000

    private let loop: EventLoop
    private let stats: StatsPage
    private var closedBefore: UInt64
    private lazy var timer = Timer { [unowned self] in run() }

    init(loop: EventLoop, stats: StatsPage) {
        self.loop = loop
        self.stats = stats
        closedBefore = stats[.connectionsClosed]
    }

    /// Runs now, and every second from now on.
    func run() {
        stats.heartbeat = loop.now.nanoseconds
        trimHeap()
        loop.set(timer, to: loop.now + Self.period)
    }

    private func trimHeap() {
        let ended = stats[.connectionsClosed] - closedBefore
        let current = stats[.connectionsCurrent]
        guard ended >= max(Self.minimumEnded, current) || (ended > 0 && current == 0) else { return }
        closedBefore += ended
        Heap.trim()
    }
}
