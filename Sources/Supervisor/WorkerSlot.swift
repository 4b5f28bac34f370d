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
    }

    var isActive: Bool { machine.isActive }
    var isRetired: Bool { machine.isRetired }
    var incarnation: UInt32 { machine.incarnation }

    // MARK: What the pool wants

    func start() {
        spawn(machine.start(at: .now))
    }

    func stop() {
        switch machine.stop() {
        case .askWorker: process?.send(.stop(code: 0, reason: "the pool stops"))
        case .retire:
            loop.clear(restartTimer)
            pool.slotRetired()
        case .ignore: break
        }
        loop.clear(killTimer)
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
        case .drained, .needsNonces, .unused: break
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
        let who = process.map { "worker \($0.processID)" } ?? "its worker"
        let how = killReason.map { "was killed: \($0)" } ?? status.description
        process = nil
        killReason = nil
        loop.clear(killTimer)
        // The counters go on; what is now is over.
        page[.connectionsCurrent] = 0
        page.heartbeat = 0
        died("\(who) \(how)")
    }

    // MARK: Actions

    /// - Parameter why: what became of the worker that the new one replaces, to be reported with it.
    private func spawn(_ spawn: Slot.StateMachine.Spawn, replacing why: String? = nil) {
        do {
            let process = try WorkerProcess(pool.command, loop: loop, owner: self)
            if let why { Report.notice("slot \(slot): \(why); replaced by worker \(process.processID)") }
            self.process = process
            kill(after: Self.startTimeout, why: "it was not ready within \(Self.startTimeout)")
            process.send(
                .configure(pool.workerConfiguration(slot: slot, spawn)),
                descriptors: [pageMemory.rawValue] + (spawn.adoptsSockets ? sockets.all : []))
        } catch {
            if let why { Report.notice("slot \(slot): \(why)") }
            died("its worker could not be started: \(error)")
        }
    }

    private func restart() {
        if let spawn = machine.backoffElapsed(at: .now) { self.spawn(spawn) }
    }

    private func died(_ how: String) {
        switch machine.died(at: .now) {
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
            pool.slotRetired()
        case .retire: pool.slotRetired()
        }
    }

    private func kill(after delay: Duration, why: String) {
        overdue = why
        loop.set(killTimer, to: .now + delay)
    }
}
