package import Control
import EventLoop
private import Glibc
package import Linux
import Placement
import QUICLB

/// Runs a pool: starts its workers, gives their sockets to the kernel, replaces those that die, and stops
/// them all.
///
/// Confined to the thread that makes it and calls `run`, which should be the process's only one.
package final class Supervisor {
    /// How long workers may take to close their connections when the pool stops.
    private static let stopTimeout = Duration.seconds(5)

    enum Phase {
        case starting
        case serving
        case stopping(StartupFailure?)
    }

    let command: WorkerCommand
    let configuration: PoolConfiguration
    let keys: PoolKeys
    let connectionIDs: ConnectionIDKeys
    let placement: PlacementHash
    let runDirectory: RunDirectory
    let reservations: [AddressReservation]
    let steering: PoolSteering
    let page: PoolPage
    let pageMemory: SharedMemory
    let loop: EventLoop
    private let signals: SignalDescriptor
    private var signalSource: EventSource!
    var startTimer: Timer!
    private var stopTimer: Timer!
    /// Each at its number; those that were never in use are missing.
    var slots: [WorkerSlot] = []
    var ring = RingMembership()
    var rotation = KeyRotation()
    var rotationTimer: Timer!
    var secretsTimer: Timer!
    var phase = Phase.starting
    private var controlSocket: ControlSocket?
    private var onReady: () -> Void = {}
    /// What the kernel gave the first socket.
    var bufferSizes: (receive: Int32, send: Int32)?

    /// Takes what the pool needs of the host: the run directory, the addresses, the steering program. Signals
    /// that stop the pool are blocked from here on.
    package init(_ configuration: PoolConfiguration, command: WorkerCommand = WorkerCommand())
        throws(StartupFailure)
    {
        try configuration.validate()
        try configuration.raiseDescriptorLimit()
        self.configuration = configuration
        self.command = command
        runDirectory = try RunDirectory(configuration.runDirectory ?? ControlPath.defaultRunDirectory)
        let state = try StateDirectory(configuration.stateDirectory)
        keys = try PoolKeys(
            state, resetSecret: configuration.resetSecret, lifetime: configuration.secretLifetime, at: .now)
        connectionIDs = try ConnectionIDKeys(
            configuration.connectionIDs, host: configuration.hostID, state: state)
        var generator = SystemRandomNumberGenerator()
        placement = PlacementHash(using: &generator)
        var reservations: [AddressReservation] = []
        for address in configuration.addresses {
            reservations.append(try AddressReservation(address))
        }
        self.reservations = reservations
        steering = try PoolSteering(
            mode: configuration.steering,
            codecs: connectionIDs.configurations.map(connectionIDs.layout.codec)
                + [connectionIDs.layout.unroutableCodec],
            hash: placement, addresses: reservations.map(\.address), report: Report.notice)
        do {
            signals = try SignalDescriptor([SIGTERM, SIGINT])
            loop = try EventLoop()
            let pageMemory = try PoolPage.makeMemory()
            page = PoolPage(in: pageMemory)
            self.pageMemory = pageMemory
            signalSource = EventSource(fileDescriptor: signals.rawValue) { [unowned self] _ in
                receiveSignals()
            }
            startTimer = Timer { [unowned self] in startIsOverdue() }
            stopTimer = Timer { [unowned self] in stopIsOverdue() }
            rotationTimer = Timer { [unowned self] in rotationIsOverdue() }
            secretsTimer = Timer { [unowned self] in secretsAreDue() }
            try loop.add(signalSource, for: .readable)
            for _ in 0..<configuration.workerCount { _ = try addSlot() }
        } catch {
            throw StartupFailure(.unavailable, "start the pool", why: "\(error)")
        }
        try checkConfigurationFitsChannel()
        controlSocket = try ControlSocket(directory: runDirectory.path, loop: loop) { [unowned self] in
            answer($0)
        }
    }

    /// What the pool listens on, every port chosen.
    package var addresses: [SocketAddress] { reservations.map(\.address) }

    /// Serves until a signal stops the pool, and every worker ended.
    ///
    /// - Parameter onReady: called when the pool is ready, before that is told.
    /// - Throws: why the pool could not start; nothing is left running then, either.
    package func run(onReady: @escaping () -> Void = {}) throws(StartupFailure) {
        defer { controlSocket?.close() }
        self.onReady = onReady
        if !configuration.tls.keyLogPath.isEmpty {
            Report.notice(
                "key log \(configuration.tls.keyLogPath): whoever reads it can decrypt all connections")
        }
        loop.set(startTimer, to: .now + configuration.startTimeout)
        scheduleSecretRotation()
        for slot in slots {
            guard case .starting = phase else { break }
            slot.start()
        }
        do {
            if !stopIfAllRetired() { try loop.run() }
        } catch {
            throw StartupFailure(.internal, "event loop", why: "\(error)")
        }
        if case .stopping(let failure?) = phase { throw failure }
        reportCounts()
    }

    // MARK: The end

    /// Stops a pool that is starting, at once; a pool that serves goes on as well as it can.
    func fail(_ failure: StartupFailure) {
        switch phase {
        case .starting:
            phase = .stopping(failure)
            slots.forEach { $0.stop() }
            killAll()
        case .serving: Report.notice(failure)
        case .stopping: break
        }
    }

    /// A worker does not become ready, or one that was keeps dying while another starts.
    private func startIsOverdue() {
        let count = slots.count { !$0.isActive }
        fail(
            StartupFailure(
                .unavailable, "start the pool",
                why: "\(count) of \(slots.count) workers are not ready after \(configuration.startTimeout)",
                remedy: "give it fewer --workers, or see what they wrote"))
    }

    private func receiveSignals() {
        do {
            while try signals.receive() != nil { stop() }
        } catch {
            preconditionFailure("signalfd: \(error)")
        }
    }

    /// Stops the pool in order; the second time, at once.
    private func stop() {
        switch phase {
        case .starting, .serving:
            phase = .stopping(nil)
            loop.set(stopTimer, to: .now + Self.stopTimeout)
            slots.forEach { $0.stop() }
        case .stopping: killAll()
        }
    }

    private func stopIsOverdue() {
        let count = slots.count { !$0.isRetired }
        Report.notice("\(count) workers did not stop within \(Self.stopTimeout); they are killed")
        killAll()
    }

    private func killAll() {
        slots.forEach { $0.kill() }
    }

    @discardableResult
    func stopIfAllRetired() -> Bool {
        guard case .stopping = phase, slots.allSatisfy(\.isRetired) else { return false }
        loop.stop()
        return true
    }

    // MARK: Reports

    func announceReady() {
        let addresses = addresses.map(\.description).joined(separator: ", ")
        onReady()
        if let (receive, send) = bufferSizes {
            Report.announce("each socket has a receive buffer of \(receive) octets, a send buffer of \(send)")
        }
        let workers = slots.count == 1 ? "1 worker" : "\(slots.count) workers"
        Report.announce("ready on \(addresses) (\(workers), steering \(steering.description))")
    }

    private func reportCounts() {
        do {
            if let counts = try steering.counts() { Report.notice("steered \(counts)") }
        } catch {
            Report.notice(error)
        }
        for slot in slots {
            let counts = Counter.allCases.map { "\($0.name)=\(slot.page[$0])" }.joined(separator: " ")
            Report.notice("slot=\(slot.slot) incarnation=\(slot.incarnation) \(counts)")
        }
    }
}
