import Control
import EventLoop
import QUICLB

extension Slot {
    /// The life of the workers in a slot: what happens to them goes in, what is to be done comes out.
    ///
    /// ```
    /// retired ─start→ starting ─ready→ active ⇄ draining ─drained→ leaving ─died→ retired
    ///                    ↑  ↖──died──────┤
    ///              elapsed   died again  │       stop, from any: stopping ─died→ retired
    ///                    └─ backing off ←┘
    /// ```
    ///
    /// A worker that does what no worker does is broken until it died. One that dies while its slot drains is replaced by one
    /// that drains as well, so that its clients learn of it.
    ///
    /// A slot whose worker is replaced at once stays in the ring: its sockets queue what comes meanwhile. One
    /// that backs off leaves it until its worker is ready.
    struct StateMachine {
        private enum State {
            case retired
            case starting(unbound: Set<Int>, since: Instant, drains: Bool)
            case active(since: Instant)
            /// It takes nothing new, and may be taken back.
            case draining(since: Instant)
            /// It had no connection, and nothing is steered to it any more.
            case leaving(since: Instant)
            /// The worker did what no worker does, and is killed: what it still says counts for nothing.
            case broken(since: Instant, drains: Bool)
            case backingOff
            case stopping
        }

        private let addressCount: Int
        private var state = State.retired
        private var backoff = Backoff()
        /// Counts the slot's workers.
        private(set) var incarnation: UInt32 = 0
        /// Whether the slot has a socket for each address, its former worker's or those of a pool before this one.
        private(set) var holdsSockets = false
        /// Whether a worker was active since the slot was started.
        private var hasServed = false

        init(addressCount: Int) {
            self.addressCount = addressCount
        }

        /// Goes on with a slot from a former program of this process.
        init(_ state: Handover.SlotState, addressCount: Int) {
            self.addressCount = addressCount
            incarnation = state.incarnation
            holdsSockets = !state.sockets.isEmpty
            let since = Instant(nanoseconds: state.since)
            self.state =
                switch state.standing {
                case .active: .active(since: since)
                case .draining: .draining(since: since)
                case .backingOff: .backingOff
                case .retired: .retired
                }
        }

        /// What the next program of this process goes on with; nil where the slot is about to be something else.
        var standing: (Handover.SlotState.Standing, since: Instant)? {
            switch state {
            case .active(let since): (.active, since)
            case .draining(let since): (.draining, since)
            case .backingOff: (.backingOff, .now)
            case .retired: (.retired, .now)
            case .starting, .leaving, .broken, .stopping: nil
            }
        }

        /// Whether packets are being served.
        var isActive: Bool {
            switch state {
            case .active: true
            case .retired, .starting, .draining, .leaving, .broken, .backingOff, .stopping: false
            }
        }

        /// Whether the slot is one of those that the pool wants, active or about to be.
        var isWanted: Bool {
            switch state {
            case .starting(_, _, let drains), .broken(_, let drains): !drains
            case .active, .backingOff: true
            case .retired, .draining, .leaving, .stopping: false
            }
        }

        /// Since when the slot serves, new connections or only those it has, so that its worker shows that it lives; nil where
        /// it does not.
        var servesSince: Instant? {
            switch state {
            case .active(let since), .draining(let since), .leaving(let since): since
            case .retired, .starting, .broken, .backingOff, .stopping: nil
            }
        }

        /// As status tells it.
        var status: SlotStatus.State {
            switch state {
            case .retired: .retired
            case .starting: .starting
            case .active: .active
            case .draining: .draining
            case .leaving: .leaving
            case .backingOff: .backingOff
            case .broken, .stopping: .stopping
            }
        }

        /// Whether there is no worker and none will be started.
        var isRetired: Bool {
            switch state {
            case .retired: true
            case .starting, .active, .draining, .leaving, .broken, .backingOff, .stopping: false
            }
        }

        /// The slot has the sockets of a pool before this one, for its first worker.
        mutating func adoptSockets() {
            precondition(isRetired, "the slot is in use")
            holdsSockets = true
        }

        // MARK: Events

        struct Spawn: Equatable {
            let incarnation: UInt32
            /// Whether the worker takes over the slot's sockets or binds new ones.
            let adoptsSockets: Bool
        }

        /// The pool wants a worker here.
        mutating func start(at now: Instant) -> Spawn {
            switch state {
            case .retired: return spawn(at: now)
            case .starting, .active, .draining, .leaving, .broken, .backingOff, .stopping:
                preconditionFailure("the slot is in use")
            }
        }

        enum BoundAction: Equatable {
            /// Keep the socket, and register it with the kernel.
            case register
            /// The worker's socket comes too late to be of use.
            case ignore
            /// The worker is broken: kill it.
            case kill(why: String)
        }

        /// The worker sent the socket of the address at this index.
        mutating func bound(addressIndex: Int) -> BoundAction {
            switch state {
            case .starting(var unbound, let since, let drains):
                guard unbound.remove(addressIndex) != nil else {
                    broke()
                    return .kill(why: "it bound address \(addressIndex) out of turn")
                }
                state = .starting(unbound: unbound, since: since, drains: drains)
                return .register
            case .active, .draining, .leaving:
                broke()
                return .kill(why: "it bound an address when it was ready")
            case .broken, .stopping: return .ignore
            case .retired, .backingOff: preconditionFailure("the slot has no worker")
            }
        }

        enum ReadyAction: Equatable {
            /// Put the slot in the ring.
            case activate
            /// Tell the worker to drain: its predecessor did.
            case drain
            case ignore
            /// The worker is broken: kill it.
            case kill(why: String)
        }

        /// The worker receives packets.
        mutating func ready(at now: Instant) -> ReadyAction {
            switch state {
            case .starting(let unbound, _, let drains):
                guard unbound.isEmpty else {
                    broke()
                    return .kill(why: "it is ready with \(unbound.count) addresses not bound")
                }
                if drains {
                    state = .draining(since: now)
                    return .drain
                }
                state = .active(since: now)
                holdsSockets = true
                hasServed = true
                return .activate
            case .active, .draining, .leaving:
                broke()
                return .kill(why: "it is ready twice")
            case .broken, .stopping: return .ignore
            case .retired, .backingOff: preconditionFailure("the slot has no worker")
            }
        }

        enum FailedAction: Equatable {
            /// The slot never had a worker that ran: the fault is in what the pool was given.
            case stopPool
            /// Tell the operator; the worker's exit follows.
            case report
            case ignore
        }

        /// The worker says that it cannot start.
        func failed() -> FailedAction {
            switch state {
            case .starting, .active, .draining, .leaving: hasServed ? .report : .stopPool
            case .broken, .stopping: .ignore
            case .retired, .backingOff: preconditionFailure("the slot has no worker")
            }
        }

        /// The worker did what no worker does, and is to be killed; its end follows.
        mutating func broke() {
            switch state {
            case .starting(_, let since, let drains): state = .broken(since: since, drains: drains)
            case .active(let since): state = .broken(since: since, drains: false)
            case .draining(let since): state = .broken(since: since, drains: true)
            case .leaving: state = .stopping
            case .broken, .stopping: break
            case .retired, .backingOff: preconditionFailure("the slot has no worker")
            }
        }

        enum DiedAction: Equatable {
            /// Start another now; the slot stays in the ring, if it is.
            case replace(Spawn)
            /// Take the slot out of the ring, and start another after this time.
            case backOff(Duration)
            /// The pool starts, and the slot never had a worker that ran: the fault is in what the pool was given.
            case stopPool
            /// The slot is free.
            case retire
        }

        /// The worker's process ended, or could not be started.
        ///
        /// - Parameter poolStarts: whether the pool has not been ready yet.
        mutating func died(at now: Instant, poolStarts: Bool) -> DiedAction {
            switch state {
            case .starting(_, let since, drains: false), .active(let since),
                .broken(let since, drains: false):
                guard hasServed || !poolStarts else {
                    retire()
                    return .stopPool
                }
                return replace(after: backoff.delay(afterRunning: now - since), at: now)
            case .draining(let since), .broken(let since, drains: true):
                guard backoff.delay(afterRunning: now - since) == .zero else {
                    retire()
                    return .retire
                }
                return .replace(spawn(at: now, drains: true))
            case .starting(_, _, drains: true), .leaving, .stopping:
                retire()
                return .retire
            case .retired, .backingOff: preconditionFailure("the slot has no worker")
            }
        }

        /// The time of a back-off is over: the worker to start, if the slot still wants one.
        mutating func backoffElapsed(at now: Instant) -> Spawn? {
            switch state {
            case .backingOff: spawn(at: now)
            case .retired, .starting, .active, .draining, .leaving, .broken, .stopping: nil
            }
        }

        // MARK: Draining

        enum DrainAction: Equatable {
            /// Take the slot out of the ring, and tell its worker to drain.
            case askWorker
            /// The worker has not served yet: stop it.
            case stopWorker
            /// The worker is about to end, and a successor drains.
            case awaitSuccessor
            /// There is no worker, and there will be none.
            case retire
            case ignore
        }

        /// The pool wants the slot no more.
        mutating func drain() -> DrainAction {
            switch state {
            case .active(let since):
                state = .draining(since: since)
                return .askWorker
            case .starting(_, _, drains: false):
                state = .stopping
                return .stopWorker
            case .broken(let since, drains: false) where holdsSockets:
                state = .broken(since: since, drains: true)
                return .awaitSuccessor
            case .broken(_, drains: false):
                state = .stopping
                return .ignore
            case .backingOff:
                retire()
                return .retire
            case .starting, .broken, .draining, .leaving, .stopping, .retired: return .ignore
            }
        }

        /// The pool wants a draining slot after all. Returns whether it is active again: one that leaves cannot be.
        mutating func takeBack() -> Bool {
            switch state {
            case .draining(let since):
                state = .active(since: since)
                return true
            case .retired, .starting, .active, .leaving, .broken, .backingOff, .stopping: return false
            }
        }

        /// The worker has no connection. Returns whether it is to leave: it may have been taken back meanwhile.
        mutating func drained() -> Bool {
            switch state {
            case .draining(let since):
                state = .leaving(since: since)
                return true
            case .active, .leaving, .broken, .stopping: return false
            case .starting: return false
            case .retired, .backingOff: preconditionFailure("the slot has no worker")
            }
        }

        /// The time to drain is over. Returns whether the worker is to be stopped.
        mutating func drainIsOverdue() -> Bool {
            switch state {
            case .draining, .leaving, .starting(_, _, drains: true), .broken(_, drains: true):
                state = .stopping
                return true
            case .retired, .starting, .active, .broken, .backingOff, .stopping: return false
            }
        }

        // MARK: The end

        enum StopAction: Equatable {
            /// Ask the worker to stop; its exit follows.
            case askWorker
            /// There is no worker, and there will be none.
            case retire
            case ignore
        }

        /// The pool stops.
        mutating func stop() -> StopAction {
            switch state {
            case .starting, .active, .draining, .leaving:
                state = .stopping
                return .askWorker
            case .broken:
                state = .stopping
                return .ignore
            case .backingOff:
                retire()
                return .retire
            case .retired, .stopping: return .ignore
            }
        }

        // MARK: Transitions

        private mutating func spawn(at now: Instant, drains: Bool = false) -> Spawn {
            incarnation += 1
            state = .starting(
                unbound: holdsSockets ? [] : Set(0..<addressCount), since: now, drains: drains)
            return Spawn(incarnation: incarnation, adoptsSockets: holdsSockets)
        }

        private mutating func retire() {
            state = .retired
            holdsSockets = false
            hasServed = false
            backoff = Backoff()
        }

        private mutating func replace(after delay: Duration, at now: Instant) -> DiedAction {
            if delay == .zero { return .replace(spawn(at: now)) }
            state = .backingOff
            return .backOff(delay)
        }
    }
}
