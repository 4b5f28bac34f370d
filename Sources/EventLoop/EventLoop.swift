package import Linux

/// A single-threaded loop over epoll, timers and Swift's jobs.
///
/// One turn waits for events, handles them, fires due timers, runs the jobs that became ready, and calls the
/// end-of-turn hooks, in which sockets flush what the turn produced. Everything but the executor is confined to
/// the thread that calls `run`.
package final class EventLoop {
    /// The clock as read at the start of the turn, and again before its end-of-turn hooks.
    package private(set) var now = Instant.now

    package let executor: LoopExecutor
    private let epoll: Epoll
    private var wakeUp: EventSource?
    private var timers = TimerHeap()
    private var jobs: [UnownedJob] = []
    private var endOfTurnHooks: [EndOfTurnHook] = []
    /// Sources removed in this turn: kept until its end, as an event at hand may still name them.
    private var removedSources: [EventSource] = []
    private var isStopping = false

    /// - Parameter executor: where Swift's jobs for this loop come in; by default the one of `LoopActor`.
    package init(executor: LoopExecutor = LoopActor.executor) throws(Errno) {
        self.executor = executor
        epoll = try Epoll(capacity: 64)
        let wakeUp = EventSource(fileDescriptor: executor.wakeUp.rawValue) { _ in executor.wakeUp.clear() }
        self.wakeUp = wakeUp
        try add(wakeUp, for: .readable)
    }

    // MARK: Events

    /// Watches the source's descriptor, level-triggered. The caller keeps the source, and its descriptor open,
    /// until `remove`.
    package func add(_ source: EventSource, for events: Epoll.Events) throws(Errno) {
        try epoll.add(source.fileDescriptor, for: events, token: Self.token(of: source))
        source.isWatched = true
    }

    /// Changes what a watched source is watched for.
    package func modify(_ source: EventSource, for events: Epoll.Events) throws(Errno) {
        try epoll.modify(source.fileDescriptor, for: events, token: Self.token(of: source))
    }

    /// Ends the watch: the source's handler is not called again. To be called before its descriptor is closed.
    package func remove(_ source: EventSource) {
        guard source.isWatched else { return }
        source.isWatched = false
        do {
            try epoll.remove(source.fileDescriptor)
        } catch {
            preconditionFailure("epoll: remove descriptor \(source.fileDescriptor): \(error)")
        }
        removedSources.append(source)
    }

    private static func token(of source: EventSource) -> UnsafeMutableRawPointer {
        Unmanaged.passUnretained(source).toOpaque()
    }

    // MARK: Timers

    /// Sets when `timer` fires, once; `.never` clears it.
    package func set(_ timer: Timer, to deadline: Instant) {
        timers.set(timer, to: deadline)
    }

    /// Clears `timer`: it does not fire until it is set again.
    package func clear(_ timer: Timer) {
        timers.clear(timer)
    }

    // MARK: Turns

    /// Calls `body` at the end of each turn, after the jobs, until `remove`.
    @discardableResult
    package func addEndOfTurnHook(_ body: @escaping () -> Void) -> EndOfTurnHook {
        let hook = EndOfTurnHook(body)
        endOfTurnHooks.append(hook)
        return hook
    }

    package func remove(_ hook: EndOfTurnHook) {
        hook.body = nil
        endOfTurnHooks.removeAll { $0 === hook }
    }

    /// Runs turns on this thread until `stop`.
    package func run() throws(Errno) {
        executor.adoptCurrentThread()
        if executor === LoopActor.executor { LoopActor.loop = self }
        defer {
            executor.leaveThread()
            if executor === LoopActor.executor { LoopActor.loop = nil }
        }
        isStopping = false
        while !isStopping {
            try turn()
        }
    }

    /// Ends `run` after the turn at hand.
    package func stop() {
        isStopping = true
    }

    private func turn() throws(Errno) {
        let count = try epoll.wait(timeout: timeout())
        executor.stopWaiting()
        now = .now
        for index in 0..<count {
            let (token, events) = epoll.event(at: index)
            let source = Unmanaged<EventSource>.fromOpaque(token).takeUnretainedValue()
            if source.isWatched { source.handler(events) }
        }
        while let timer = timers.takeDue(at: now) {
            timer.action()
        }
        executor.runJobs(buffer: &jobs)
        // A turn of many handshakes takes a while, and what it sends is stamped in the hooks.
        now = .now
        for hook in endOfTurnHooks { hook.body?() }
        removedSources.removeAll(keepingCapacity: true)
    }

    /// How long to wait for events, in nanoseconds: until the earliest timer, and not while jobs are queued.
    private func timeout() -> UInt64? {
        guard executor.prepareToWait() else { return 0 }
        guard timers.earliest != .never else { return nil }
        let now = Instant.now
        return timers.earliest > now ? timers.earliest.nanoseconds - now.nanoseconds : 0
    }
}

/// Something that a loop does at the end of each turn.
package final class EndOfTurnHook {
    /// Nil once it was removed.
    fileprivate var body: (() -> Void)?

    fileprivate init(_ body: @escaping () -> Void) {
        self.body = body
    }
}
