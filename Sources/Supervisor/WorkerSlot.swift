import Control
import EventLoop
import Linux
import Logging
import Logs
import QUICLB

/// A slot of the pool: carries out what its state machine says, and keeps what outlives a worker, the sockets
/// and the stats page. Confined to the loop's thread.
final class WorkerSlot {
    /// A worker that is not ready by then hangs.
    private static let startTimeout = Duration.seconds(10)
    /// A worker that closed its channel exits by then.
    private static let exitTimeout = Duration.seconds(1)
    /// A worker that is told to stop has closed its connections by then.
    private static let stopTimeout = Duration.seconds(5)

    let slot: Slot
    let page: StatsPage
    /// Says of each line which slot it is about.
    let log: Logger
    private let pageMemory: SharedMemory
    private var sockets: SlotSockets
    private var machine: Slot.StateMachine
    private var process: WorkerProcess?
    private let loop: EventLoop
    private unowned let pool: Supervisor
    private var restartTimer: Timer!
    private var killTimer: Timer!
    private var drainTimer: Timer!
    private var drainDeadline: Instant?
    private var rate = ConnectionRate()
    /// The incarnation that the slot was last started with: a later one means that it did not become ready.
    private var firstIncarnation: UInt32 = 0
    /// Where other workers send what is this slot's; nil where they do not.
    private var forwardingSocket: ForwardingSocket?
    /// What the kill timer is about.
    private var overdue = ""
    /// Why the worker was killed, if it was.
    private var killReason: String?
    /// Whether the worker was told of new settings and has not said yet that it serves by them.
    private(set) var awaitsReload = false

    init(_ slot: Slot, addressCount: Int, loop: EventLoop, pool: Supervisor) throws(Errno) {
        self.slot = slot
        pageMemory = try StatsPage.makeMemory(name: "drover-stats-\(slot)")
        page = StatsPage(initializing: pageMemory)
        sockets = SlotSockets(addressCount: addressCount)
        machine = Slot.StateMachine(addressCount: addressCount)
        self.loop = loop
        self.pool = pool
        log = pool.log(of: slot)
        makeTimers()
    }

    /// Goes on with a slot from a former program of this process.
    ///
    /// - Throws: EINVAL where its page has another layout.
    init(
        _ state: Handover.SlotState, addressCount: Int, loop: EventLoop, pool: Supervisor
    ) throws(Errno) {
        slot = Slot(rawValue: state.slot)
        let memory = try SharedMemory(mapping: FileDescriptor(owning: state.page), size: StatsPage.size)
        guard let page = StatsPage(opening: memory) else { throw .invalidArgument }
        pageMemory = memory
        self.page = page
        sockets =
            state.sockets.isEmpty
            ? SlotSockets(addressCount: addressCount) : SlotSockets(holding: state.sockets)
        machine = Slot.StateMachine(state, addressCount: addressCount)
        firstIncarnation = state.incarnation
        self.loop = loop
        self.pool = pool
        log = pool.log(of: slot)
        makeTimers()
        if let held = state.forwarding, let directory = pool.forwardingDirectory {
            forwardingSocket = ForwardingSocket(slot: slot, directory: directory, held: held)
        }
        process = try state.worker.map { worker throws(Errno) in
            try WorkerProcess(worker, loop: loop, owner: self)
        }
        if let deadline = state.drainDeadline {
            drainDeadline = Instant(nanoseconds: deadline)
            loop.set(drainTimer, to: drainDeadline!)
        }
    }

    /// What the next program of this process goes on with; nil where the slot is about to be something else.
    var handover: Handover.SlotState? {
        guard let (standing, since) = machine.standing else { return nil }
        return Handover.SlotState(
            slot: slot.rawValue, standing: standing, incarnation: incarnation, page: pageMemory.rawValue,
            sockets: sockets.held, forwarding: forwardingSocket?.rawValue, worker: process?.state,
            since: since.nanoseconds, drainDeadline: drainDeadline?.nanoseconds)
    }

    /// A socket of each address; none where the slot has none.
    var heldSockets: [Int32] { sockets.held }

    private func makeTimers() {
        restartTimer = Timer { [unowned self] in restart() }
        killTimer = Timer { [unowned self] in workerBroke(why: overdue) }
        drainTimer = Timer { [unowned self] in drainIsOverdue() }
    }

    var isActive: Bool { machine.isActive }
    var isRetired: Bool { machine.isRetired }
    var isWanted: Bool { machine.isWanted }
    var incarnation: UInt32 { machine.incarnation }
    /// How far the slot is with draining; nil where it does not.
    var draining: PoolProgress.Draining? {
        secondsLeftToDrain.map { left in
            PoolProgress.Draining(slot: slot.rawValue, connections: connections, secondsLeft: left)
        }
    }
    private var secondsLeftToDrain: Int? {
        drainDeadline.map { max(0, Int(($0 - .now).components.seconds)) }
    }
    var hasWorker: Bool { process != nil }
    var connections: UInt64 { page[.connectionsCurrent] }

    /// What a resize has to know.
    var entry: ResizePlan.Entry {
        let standing: ResizePlan.Standing =
            switch machine.status {
            case .retired: .free
            case .draining: .draining
            case .starting, .active, .backingOff, .leaving, .stopping:
                machine.isWanted ? .wanted(isActive: isActive) : .ending
            }
        return ResizePlan.Entry(slot: slot, standing: standing, connections: connections)
    }

    var status: SlotStatus {
        let counters = Counter.allCases.map { ($0.name, page[$0]) }
        var status = SlotStatus(
            slot: slot, state: machine.status, pid: process?.processID, incarnation: incarnation,
            connections: connections, newPerSecond: rate.perSecond,
            ageSeconds: process.map { Int((.now - $0.began).components.seconds) },
            drainSecondsLeft: secondsLeftToDrain, counters: Dictionary(uniqueKeysWithValues: counters))
        if let usage = process.flatMap({ ProcessUsage(of: $0.processID) }) {
            status.processorSeconds = Double(usage.processorTime.microseconds) / 1e6
            status.residentOctets = usage.residentOctets
        }
        return status
    }

    // MARK: What the pool wants

    /// Takes over sockets, one for each address in order, for the slot's first worker.
    func adopt(_ adopted: [PassedDescriptor]) throws(StartupFailure) {
        for (index, socket) in adopted.enumerated() {
            try pool.slot(slot, adopts: socket.fileDescriptor, addressIndex: index)
            do {
                sockets.keep(try FileDescriptor(duplicating: socket.fileDescriptor.rawValue), at: index)
            } catch {
                throw StartupFailure(.unavailable, "slot \(slot): take over a socket", why: "\(error)")
            }
        }
        machine.adoptSockets()
    }

    func start() {
        let spawn = machine.start(at: .now)
        firstIncarnation = spawn.incarnation
        self.spawn(spawn)
    }

    /// Whether the slot was started and its first worker did not become ready.
    var failedToStart: Bool {
        !isActive && (isRetired || machine.status == .backingOff || incarnation != firstIncarnation)
    }

    func stop() {
        switch machine.stop() {
        case .askWorker: stopConnections(why: pool.configuration.stopReason)
        case .retire: retire()
        case .ignore: break
        }
        loop.clear(drainTimer)
        loop.clear(killTimer)
    }

    /// Lets the worker serve what it has until the deadline, then gives the slot up.
    ///
    /// - Parameter linger: how long it stays at least, for clients of a predecessor.
    func drain(by deadline: Instant, linger: Duration = .zero) {
        switch machine.drain() {
        case .askWorker:
            beginDraining(by: deadline)
            process?.send(.drain(linger: linger))
        case .awaitSuccessor: beginDraining(by: deadline)
        case .stopWorker: stopWorker(why: "the slot is not wanted any more")
        case .retire: retire()
        case .ignore: break
        }
    }

    private func beginDraining(by deadline: Instant) {
        drainDeadline = deadline
        loop.set(drainTimer, to: deadline)
        // Out of the ring first: what comes after the worker has said that it has nothing would be lost.
        pool.slotBecameInactive(slot)
        log.info("slot drains", metadata: ["connections": .number(connections)])
    }

    /// Puts a draining slot back in the ring. Returns whether that was possible.
    func takeBack() -> Bool {
        guard machine.takeBack() else { return false }
        loop.clear(drainTimer)
        drainDeadline = nil
        process?.send(.resume)
        pool.slotBecameActive(slot)
        return true
    }

    private func drained() {
        guard machine.drained() else { return }
        pool.withdraw(slot)
        process?.send(.leave)
    }

    private func drainIsOverdue() {
        guard machine.drainIsOverdue() else { return }
        log.notice(
            "connections are closed, as the time to drain is over",
            metadata: ["connections": .number(connections)])
        pool.withdraw(slot)
        stopWorker(why: "the server has to go")
    }

    private func stopWorker(why reason: String) {
        stopConnections(why: reason)
        kill(after: Self.stopTimeout, why: "it did not stop within \(Self.stopTimeout)")
    }

    private func stopConnections(why reason: String) {
        process?.send(.stop(code: pool.configuration.stopCode, reason: reason))
    }

    /// Gives back what the slot holds.
    private func retire() {
        loop.clear(restartTimer)
        loop.clear(drainTimer)
        drainDeadline = nil
        giveUpSockets()
        forwardingSocket = nil
        log.info("slot retired")
        pool.slotRetired(slot)
    }

    /// Tells the worker, if there is one.
    func send(_ message: SupervisorMessage) {
        process?.send(message)
    }

    /// Kills the worker, if there is one; its end follows.
    func kill() {
        process?.kill()
    }

    /// Has the worker serve by these settings, if there is one: it has begun with others.
    func reload(_ settings: ServiceSettings) {
        guard hasWorker else { return }
        awaitsReload = true
        process?.send(.reload(settings))
    }

    /// Goes on after the process has taken another program: what is due by the clock is set again.
    func resume() {
        if machine.status == .backingOff { loop.set(restartTimer, to: .now) }
    }

    // MARK: Signs of life

    /// Looks at the page: how many connections came lately, and whether the worker has turned its loop.
    ///
    /// - Parameters:
    ///   - silence: how long a worker may show nothing before it is killed.
    ///   - isFair: whether workers had the time to.
    func check(silence: Duration, isFair: Bool, at now: Instant) {
        rate.sample(page[.connectionsAccepted], at: now)
        guard isFair, let since = machine.servesSince else { return }
        if now - max(since, Instant(nanoseconds: page.heartbeat)) > silence {
            workerBroke(why: "it was silent for \(silence)")
        }
    }

    // MARK: What the worker does

    func received(_ message: WorkerMessage, descriptors: inout DescriptorQueue) {
        switch message {
        case .bound(let index, let address): bound(index, address, descriptors.next())
        case .ready: ready()
        case .failed(let failure): failed(failure)
        case .drained: drained()
        case .needsNonces(let id): pool.slot(self, needsNoncesFor: id)
        case .unused(let id): pool.slot(slot, isDoneWith: id)
        case .reloaded: awaitsReload = false
        case .connections(let request, let connections, let isLast):
            pool.slot(slot, request, has: connections, isLast: isLast)
        case .closed(let request, let wasOpen): pool.slot(slot, request, closedOpen: wasOpen)
        }
    }

    private func bound(_ index: Int, _ address: SocketAddress, _ socket: consuming FileDescriptor?) {
        switch machine.bound(addressIndex: index) {
        case .register:
            guard let socket else { return workerBroke(why: "it sent no socket for \(address)") }
            if let objection = pool.objection(to: socket, forAddressAt: index) {
                return workerBroke(
                    why: "it sent a socket that is not the pool's for \(address): \(objection)")
            }
            pool.slot(slot, bound: socket, addressIndex: index)
            sockets.keep(socket, at: index)
        case .kill(let why): workerBroke(why: why)
        case .ignore: break
        }
    }

    private func ready() {
        switch machine.ready(at: .now) {
        case .activate:
            loop.clear(killTimer)
            pool.slotBecameActive(slot)
        case .drain:
            loop.clear(killTimer)
            drainAfterCrash()
        case .kill(let why): workerBroke(why: why)
        case .ignore: break
        }
    }

    /// The predecessor's clients learn that their connections are gone, as long as they may believe in them.
    private func drainAfterCrash() {
        let timeLeft = drainDeadline.map { max(.zero, $0 - .now) } ?? .zero
        process?.send(.drain(linger: min(timeLeft, pool.configuration.service.options.transport.idleTimeout)))
    }

    private func failed(_ failure: StartupFailure) {
        switch machine.failed() {
        case .stopPool: pool.fail(failure)
        case .report: log.error("worker cannot start", error: failure)
        case .ignore: break
        }
    }

    /// The worker closed its channel, which it does when it exits.
    func channelClosed() {
        kill(after: Self.exitTimeout, why: "it closed its channel and did not exit")
    }

    /// The worker did what no worker does: it is killed.
    func workerBroke(why: String) {
        guard let process, killReason == nil else { return }
        machine.broke()
        killReason = why
        process.kill()
    }

    func workerEnded(_ status: ProcessHandle.Status) {
        pool.workerEnded(in: slot)
        awaitsReload = false
        let end = WorkerEnd(
            worker: process?.processID, how: killReason.map { "was killed: \($0)" } ?? "\(status)")
        process = nil
        killReason = nil
        loop.clear(killTimer)
        // The counters go on; what is now is over.
        page[.connectionsCurrent] = 0
        pool.page[slot] = 0
        page.heartbeat = 0
        died(end)
    }

    // MARK: Actions

    /// - Parameter end: what became of the worker that the new one replaces, to be logged with it.
    private func spawn(_ spawn: Slot.StateMachine.Spawn, replacing end: WorkerEnd? = nil) {
        do {
            let forwarding = try forwardingDescriptor()
            let process = try WorkerProcess(pool.command, loop: loop, owner: self)
            if let end {
                log.warning(
                    "worker replaced", metadata: end.metadata(["successor": .number(process.processID)]))
            }
            self.process = process
            kill(after: Self.startTimeout, why: "it was not ready within \(Self.startTimeout)")
            process.send(
                .configure(pool.workerConfiguration(slot: slot, spawn, nonces: pool.takeNonces(for: slot))),
                descriptors: [pageMemory.rawValue, pool.pageMemory.rawValue] + forwarding
                    + (spawn.adoptsSockets ? sockets.all : []))
        } catch {
            if let end { log.warning("worker ended", metadata: end.metadata()) }
            died(WorkerEnd(worker: nil, how: "could not be started: \(error)"))
        }
    }

    /// The slot's forwarding socket, made if need be; nothing where workers do not forward.
    private func forwardingDescriptor() throws(Errno) -> [Int32] {
        guard let directory = pool.forwardingDirectory else { return [] }
        if let forwardingSocket { return [forwardingSocket.rawValue] }
        let socket = try ForwardingSocket(slot: slot, directory: directory)
        forwardingSocket = socket
        return [socket.rawValue]
    }

    private func restart() {
        if let spawn = machine.backoffElapsed(at: .now) { self.spawn(spawn) }
    }

    private func died(_ end: WorkerEnd) {
        let action = machine.died(at: .now, poolStarts: pool.isStarting)
        // Those of a worker that was never ready are of no use to another.
        if !machine.holdsSockets, action != .stopPool { giveUpSockets() }
        switch action {
        case .replace(let spawn): self.spawn(spawn, replacing: end)
        case .backOff(let delay):
            log.warning(
                "worker ended, its successor starts later", metadata: end.metadata(["delay": "\(delay)"]))
            loop.set(restartTimer, to: .now + delay)
            pool.slotBecameInactive(slot)
        case .stopPool:
            pool.fail(
                StartupFailure(
                    .internal, "slot \(slot)", why: "\(end) before it was ready",
                    remedy: "what it wrote before it ended may say why"))
            retire()
        case .retire:
            retire()
        }
    }

    private func giveUpSockets() {
        guard !sockets.isEmpty else { return }
        sockets.removeAll()
        pool.slotGaveUpSockets(slot)
    }

    private func kill(after delay: Duration, why: String) {
        overdue = why
        loop.set(killTimer, to: .now + delay)
    }
}
