package import Control
import EventLoop
private import Glibc
package import Linux
import Logging
private import Logs
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

    let log: Logger
    let command: WorkerCommand
    var configuration: PoolConfiguration
    /// Reads it anew.
    let configurationSource: () throws(StartupFailure) -> PoolConfiguration
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
    /// Those that a new pool starts with.
    private var firstSlots: [Slot] = []
    var ring = RingMembership()
    var rotation = KeyRotation()
    var rotationTimer: Timer!
    var secretsTimer: Timer!
    var checkTimer: Timer!
    /// When the workers' signs of life are looked at next.
    var nextCheck = Instant.never
    /// What was asked and takes time.
    var operations: [any PoolOperation] = []
    /// Counts the wishes for more workers, fewer or others: the newest is the one that counts.
    var wishes = 0
    /// What workers were asked, by the request's number.
    var queries: [UInt32: PendingQuery] = [:]
    var newestRequest: UInt32 = 0
    var phase = Phase.starting
    /// Whether another program takes this one's place, or has just done so.
    var isUpgrading = false
    /// This program's file.
    let executable: Executable
    private(set) var controlSocket: ControlSocket?
    private var metricsServer: MetricsServer?
    let serviceManager: ServiceManager
    private(set) var service: ServiceNotifications!
    private var onReady: () -> Void = {}
    /// What the kernel gave the first socket.
    var bufferSizes: (receive: Int32, send: Int32)?

    /// Goes on with a pool that a former program of this process left. Where this throws, it can still be given back.
    convenience init(
        _ configuration: PoolConfiguration, command: WorkerCommand,
        reloadingFrom source: @escaping () throws(StartupFailure) -> PoolConfiguration,
        goingOnWith original: Handover
    ) throws(StartupFailure) {
        let handover: Handover
        do {
            handover = try original.duplicated()
        } catch {
            throw StartupFailure(.unavailable, "go on with the pool", why: "\(error)")
        }
        try self.init(configuration, command: command, reloadingFrom: source, handover: handover)
        try resume(handover, original: original)
    }

    /// Takes what the pool needs of the host: the run directory, the addresses, the steering program. Signals
    /// that stop the pool are blocked from here on.
    ///
    /// - Parameters:
    ///   - source: reads the configuration anew, for a reload.
    ///   - handover: what a former program of this process left, whose descriptors are taken over; nil: a new pool.
    init(
        _ configuration: PoolConfiguration, command: WorkerCommand,
        reloadingFrom source: @escaping () throws(StartupFailure) -> PoolConfiguration,
        handover: Handover? = nil
    ) throws(StartupFailure) {
        configurationSource = source
        try configuration.validate()
        try configuration.raiseDescriptorLimit()
        self.configuration = configuration
        log = Logger(configuration.log)
        serviceManager = ServiceManager(log: log)
        self.command = command
        do {
            executable = try Executable.current()
        } catch {
            throw StartupFailure(.unavailable, "open this program's file", why: "\(error)")
        }
        runDirectory = try RunDirectory(
            configuration.runDirectory ?? ControlPath.defaultRunDirectory, held: handover?.runLock)
        let state = try StateDirectory(configuration.stateDirectory, held: handover?.stateLock)
        keys = try PoolKeys(
            state, resetSecret: configuration.resetSecret, lifetime: configuration.secretLifetime, at: .now)
        connectionIDs = try ConnectionIDKeys(
            configuration.connectionIDs, host: configuration.hostID, state: state,
            inUse: handover?.configurations)
        placement = handover?.placement ?? .random()
        let stored = handover == nil ? try StoredSockets.take(for: configuration, serviceManager, log) : nil
        if let handover {
            reservations = try handover.reservations()
        } else {
            reservations = if let stored { stored.reservations } else { try Self.reserve(configuration) }
        }
        steering = try Self.steering(
            configuration.steering, connectionIDs, placement, reservations.map(\.address), handover, log)
        do {
            signals = try SignalDescriptor([SIGTERM, SIGINT, SIGHUP, SIGUSR2])
            loop = try EventLoop()
            let pageMemory = try PoolPage.memory(held: handover?.poolPage)
            page = PoolPage(in: pageMemory)
            self.pageMemory = pageMemory
            signalSource = EventSource(fileDescriptor: signals.rawValue) { [unowned self] _ in
                receiveSignals()
            }
            startTimer = Timer { [unowned self] in startIsOverdue() }
            stopTimer = Timer { [unowned self] in stopIsOverdue() }
            rotationTimer = Timer { [unowned self] in rotationIsOverdue() }
            secretsTimer = Timer { [unowned self] in secretsAreDue() }
            checkTimer = Timer { [unowned self] in checkWorkers() }
            loop.addEndOfTurnHook { [unowned self] in proceedWithOperations() }
            try loop.add(signalSource, for: .readable)
            for state in handover?.slots ?? [] {
                slots.append(
                    try WorkerSlot(state, addressCount: reservations.count, loop: loop, pool: self))
            }
            if handover == nil {
                firstSlots = Self.firstSlots(configuration.workerCount, holding: stored)
                while slots.count <= Int(firstSlots.last!.rawValue) { _ = try addSlot() }
            }
        } catch {
            throw StartupFailure(.unavailable, "start the pool", why: "\(error)")
        }
        service = ServiceNotifications(serviceManager, loop: loop) { [unowned self] in serviceStatus }
        if handover == nil {
            steering.giveUpPrivileges()
            if let stored { try adopt(stored) }
        }
        try checkFitsChannel(configuration.service)
        controlSocket = try ControlSocket(
            directory: runDirectory.path, loop: loop, log: log, held: handover?.controlSocket
        ) { [unowned self] in answer($0, $1) }
        metricsServer = try configuration.metrics.map { address throws(StartupFailure) in
            try MetricsServer(address, loop: loop, log: log) { [unowned self] in metrics.text }
        }
    }

    private static func reserve(_ configuration: PoolConfiguration) throws(StartupFailure)
        -> [AddressReservation]
    {
        var reservations: [AddressReservation] = []
        for (index, address) in configuration.addresses.enumerated() {
            let option = configuration.option(ofAddressAt: index)
            reservations.append(try AddressReservation(address, option: option))
        }
        return reservations
    }

    private static func steering(
        _ mode: SteeringMode, _ ids: ConnectionIDKeys, _ hash: PlacementHash, _ addresses: [SocketAddress],
        _ handover: Handover?, _ log: Logger
    ) throws(StartupFailure) -> PoolSteering {
        let codecs = ids.configurations.map(ids.layout.codec) + [ids.layout.unroutableCodec]
        guard let handover else {
            return try PoolSteering(
                mode: mode, codecs: codecs, hash: hash, addresses: addresses, log: log)
        }
        return try PoolSteering(
            WorkerSteering(rawValue: handover.workerSteering) ?? .off, adopting: handover.steering,
            codecs: codecs, hash: hash, addresses: addresses, log: log)
    }

    /// What the pool listens on, every port chosen.
    package var addresses: [SocketAddress] { reservations.map(\.address) }

    /// Serves until a signal stops the pool, and every worker ended.
    ///
    /// - Parameter onReady: called when the pool is ready, before that is told.
    /// - Throws: why the pool could not start; nothing is left running then, either.
    package func run(onReady: @escaping () -> Void = {}) throws(StartupFailure) {
        defer {
            controlSocket?.close()
            metricsServer?.close()
        }
        self.onReady = onReady
        let keyLog = configuration.service.tls.keyLogPath
        if !keyLog.isEmpty {
            log.warning(
                "whoever reads the key log can decrypt all connections", metadata: ["key-log": "\(keyLog)"])
        }
        scheduleSecretRotation()
        scheduleChecks()
        service.startWatchdog()
        if isStarting {
            loop.set(startTimer, to: .now + configuration.startTimeout)
            for slot in firstSlots {
                guard case .starting = phase else { break }
                slots[Int(slot.rawValue)].start()
            }
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
        case .serving: log.error("the pool goes on after a failure", error: failure)
        case .stopping: break
        }
    }

    /// A worker does not become ready, or one that was keeps dying while another starts.
    private func startIsOverdue() {
        let count = slots.count { $0.isWanted && !$0.isActive }
        fail(
            StartupFailure(
                .unavailable, "start the pool",
                why: "\(count) of \(wantedCount) workers are not ready after \(configuration.startTimeout)",
                remedy: "give it fewer --workers, or see what they wrote"))
    }

    private func receiveSignals() {
        do {
            while let signal = try signals.receive() { receive(signal) }
        } catch {
            preconditionFailure("signalfd: \(error)")
        }
    }

    private func receive(_ signal: Int32) {
        switch signal {
        case SIGHUP: attempt { () throws(StartupFailure) in try reload(nil) }
        case SIGUSR2:
            attempt { () throws(StartupFailure) in
                try upgrade(to: nil, drainTimeout: ControlRequest.defaultDrainTimeout, nil)
            }
        default: stop()
        }
    }

    /// Tells why, where it fails.
    private func attempt(_ body: () throws(StartupFailure) -> Void) {
        do {
            try body()
        } catch {
            log.error("signal not obeyed", error: error)
        }
    }

    /// Stops the pool in order; the second time, at once.
    func stop() {
        switch phase {
        case .starting, .serving:
            phase = .stopping(nil)
            service.stopping()
            loop.set(stopTimer, to: .now + Self.stopTimeout)
            slots.forEach { $0.stop() }
        case .stopping: killAll()
        }
    }

    private func stopIsOverdue() {
        let count = slots.count { !$0.isRetired }
        log.warning(
            "workers that did not stop are killed",
            metadata: ["workers": .number(count), "timeout": "\(OptionDuration.text(Self.stopTimeout))"])
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
        service.ready()
        if let (receive, send) = bufferSizes {
            Report.announce("each socket has a receive buffer of \(receive) octets, a send buffer of \(send)")
        }
        if let metricsServer { Report.announce("metrics on \(metricsServer.address)") }
        let workers = wantedCount == 1 ? "1 worker" : "\(wantedCount) workers"
        Report.announce("ready on \(addresses) (\(workers), steering \(steering.description))")
    }

    private func reportCounts() {
        do {
            let counters = try steering.counters()
            if !counters.isEmpty { log.notice("packets steered", metadata: .counters(counters)) }
        } catch {
            log.error("counters of steering not read", error: error)
        }
        for slot in slots {
            var counters = Logger.Metadata.counters(slot.status.counters)
            counters["incarnation"] = .number(slot.incarnation)
            slot.log.notice("final counters", metadata: counters)
        }
    }
}
