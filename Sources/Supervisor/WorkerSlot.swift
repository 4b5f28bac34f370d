import Control
import EventLoop
import Linux
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
    /// Where other workers send what is this slot's; nil where they do not.
    private var forwardingSocket: ForwardingSocket?
    /// What the kill timer is about.
    private var overdue = ""
    /// Why the worker was killed, if it was.
    private var killReason: String?

    init(_ slot: Slot, addressCount: Int, loop: EventLoop, pool: Supervisor) throws(Errno) {
        self.slot = slot
        pageMemory = try StatsPage.makeMemory(name: "drover-stats-\(slot)")
        page = StatsPage(initializing: pageMemory)
        sockets = SlotSockets(addressCount: addressCount)
        machine = Slot.StateMachine(addressCount: addressCount)
        self.loop = loop
        self.pool = pool
        restartTimer = Timer { [unowned self] in restart() }
        killTimer = Timer { [unowned self] in workerBroke(why: overdue) }
        drainTimer = Timer { [unowned self] in drainIsOverdue() }
    }

    var isActive: Bool { machine.isActive }
    var isRetired: Bool { machine.isRetired }
    var isWanted: Bool { machine.isWanted }
    var incarnation: UInt32 { machine.incarnation }
    var isDraining: Bool { drainDeadline != nil }
    var hasWorker: Bool { process != nil }
    var connections: UInt64 { page[.connectionsCurrent] }

    /// What a resize has to know.
    var entry: ResizePlan.Entry {
        let standing: ResizePlan.Standing =
            switch machine.status {
            case .retired: .free
            case .starting, .active, .backingOff, .stopping:
                machine.isWanted ? .wanted(isActive: isActive) : .ending
            case .draining: .draining
            case .leaving: .ending
            }
        return ResizePlan.Entry(slot: slot, standing: standing, connections: connections)
    }

    var status: SlotStatus {
        let secondsLeft = drainDeadline.map { max(0, Int(($0 - .now).components.seconds)) }
        let counters = Counter.allCases.map { ($0.name, page[$0]) }
        return SlotStatus(
            slot: slot, state: machine.status, pid: process?.processID, incarnation: incarnation,
            connections: connections, drainSecondsLeft: secondsLeft,
            counters: Dictionary(uniqueKeysWithValues: counters))
    }

    // MARK: What the pool wants

    func start() {
        spawn(machine.start(at: .now))
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
    func drain(by deadline: Instant) {
        switch machine.drain() {
        case .askWorker:
            drainDeadline = deadline
            loop.set(drainTimer, to: deadline)
            // Out of the ring first: what comes after the worker has said that it has nothing would be lost.
            pool.slotBecameInactive(slot)
            process?.send(.drain)
        case .stopWorker: stopWorker(why: "the slot is not wanted any more")
        case .retire: retire()
        case .ignore: break
        }
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
        Report.notice("slot \(slot): \(connections) connections are closed, as the time to drain is over")
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
        sockets.removeAll()
        forwardingSocket = nil
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

    // MARK: What the worker does

    func received(_ message: WorkerMessage, descriptors: inout DescriptorQueue) {
        switch message {
        case .bound(let index, let address): bound(index, address, descriptors.next())
        case .ready: ready()
        case .failed(let failure): failed(failure)
        case .drained: drained()
        case .needsNonces(let id): pool.slot(self, needsNoncesFor: id)
        case .unused(let id): pool.slot(slot, isDoneWith: id)
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
        case .kill(let why): workerBroke(why: why)
        case .ignore: break
        }
    }

    private func failed(_ failure: StartupFailure) {
        switch machine.failed() {
        case .stopPool: pool.fail(failure)
        case .report: Report.notice("slot \(slot): \(failure)")
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
        let who = process.map { "worker \($0.processID)" } ?? "its worker"
        let how = killReason.map { "was killed: \($0)" } ?? status.description
        process = nil
        killReason = nil
        loop.clear(killTimer)
        // The counters go on; what is now is over.
        page[.connectionsCurrent] = 0
        pool.page[slot] = 0
        page.heartbeat = 0
        died("\(who) \(how)")
    }

    // MARK: Actions

    /// - Parameter why: what became of the worker that the new one replaces, to be reported with it.
    private func spawn(_ spawn: Slot.StateMachine.Spawn, replacing why: String? = nil) {
        do {
            let forwarding = try forwardingDescriptor()
            let process = try WorkerProcess(pool.command, loop: loop, owner: self)
            if let why { Report.notice("slot \(slot): \(why); replaced by worker \(process.processID)") }
            self.process = process
            kill(after: Self.startTimeout, why: "it was not ready within \(Self.startTimeout)")
            process.send(
                .configure(pool.workerConfiguration(slot: slot, spawn, nonces: pool.takeNonces(for: slot))),
                descriptors: [pageMemory.rawValue, pool.pageMemory.rawValue] + forwarding
                    + (spawn.adoptsSockets ? sockets.all : []))
        } catch {
            if let why { Report.notice("slot \(slot): \(why)") }
            died("its worker could not be started: \(error)")
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

    private func died(_ how: String) {
        let action = machine.died(at: .now, poolStarts: pool.isStarting)
        // Those of a worker that was never ready are of no use to another.
        if !machine.holdsSockets { sockets.removeAll() }
        switch action {
        case .replace(let spawn): self.spawn(spawn, replacing: how)
        case .backOff(let delay):
            Report.notice("slot \(slot): \(how); the next worker starts in \(delay)")
            loop.set(restartTimer, to: .now + delay)
            pool.slotBecameInactive(slot)
        case .stopPool:
            pool.fail(
                StartupFailure(
                    .internal, "slot \(slot)", why: "\(how) before it was ready",
                    remedy: "what it wrote before it ended may say why"))
            retire()
        case .retire:
            retire()
        }
    }

    private func kill(after delay: Duration, why: String) {
        overdue = why
        loop.set(killTimer, to: .now + delay)
    }
}
