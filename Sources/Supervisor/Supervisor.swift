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

    private enum Phase {
        case starting
        case serving
        case stopping(StartupFailure?)
    }

    let command: WorkerCommand
    private let configuration: PoolConfiguration
    private let keys = PoolKeys()
    private let connectionIDs: ConnectionIDs
    private let placement: PlacementHash
    private let runDirectory: RunDirectory
    private let reservations: [AddressReservation]
    private let steering: PoolSteering
    private let loop: EventLoop
    private let signals: SignalDescriptor
    private var signalSource: EventSource!
    private var startTimer: Timer!
    private var stopTimer: Timer!
    private var slots: [WorkerSlot] = []
    private var ring = RingMembership()
    private var phase = Phase.starting
    private var hints: [String] = []

    /// Takes what the pool needs of the host: the run directory, the addresses, the steering program. Signals
    /// that stop the pool are blocked from here on.
    package init(_ configuration: PoolConfiguration, command: WorkerCommand = WorkerCommand())
        throws(StartupFailure)
    {
        try configuration.validate()
        try configuration.raiseDescriptorLimit()
        self.configuration = configuration
        self.command = command
        connectionIDs = try ConnectionIDs(
            configuration.connectionIDs, host: configuration.hostID,
            stateDirectory: configuration.stateDirectory)
        var generator = SystemRandomNumberGenerator()
        placement = PlacementHash(using: &generator)
        runDirectory = try RunDirectory(configuration.runDirectory ?? RunDirectory.defaultPath)
        var reservations: [AddressReservation] = []
        for address in configuration.addresses {
            reservations.append(try AddressReservation(address))
        }
        self.reservations = reservations
        steering = try PoolSteering(
            mode: configuration.steering, codec: connectionIDs.layout.codec(connectionIDs.current),
            hash: placement,
            addresses: reservations.map(\.address),
            report: Report.notice)
        do {
            signals = try SignalDescriptor([SIGTERM, SIGINT])
            loop = try EventLoop()
            signalSource = EventSource(fileDescriptor: signals.rawValue) { [unowned self] _ in
                receiveSignals()
            }
            startTimer = Timer { [unowned self] in startIsOverdue() }
            stopTimer = Timer { [unowned self] in stopIsOverdue() }
            try loop.add(signalSource, for: .readable)
            for index in 0..<configuration.workerCount {
                let slot = Slot(rawValue: UInt8(index))
                slots.append(
                    try WorkerSlot(slot, addressCount: reservations.count, loop: loop, pool: self))
            }
        } catch {
            throw StartupFailure(.unavailable, "start the pool", why: "\(error)")
        }
        try checkConfigurationFitsChannel()
    }

    /// What the pool listens on, every port chosen.
    package var addresses: [SocketAddress] { reservations.map(\.address) }

    /// Serves until a signal stops the pool, and every worker ended.
    ///
    /// - Parameter hints: told, a line each, when the pool is ready.
    /// - Throws: why the pool could not start; nothing is left running then, either.
    package func run(hints: [String] = []) throws(StartupFailure) {
        self.hints = hints
        loop.set(startTimer, to: .now + configuration.startTimeout)
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

    // MARK: What workers are told

    func workerConfiguration(slot: Slot, _ spawn: Slot.StateMachine.Spawn) -> WorkerConfiguration {
        WorkerConfiguration(
            slot: slot, incarnation: spawn.incarnation, addresses: addresses,
            adoptsSockets: spawn.adoptsSockets, hostID: configuration.hostID,
            configurations: connectionIDs.configurations, nonces: .empty, steering: .off,
            forwardingDirectory: runDirectory.path, placement: placement, active: ring.members.sorted(),
            certificateChain: configuration.certificateChain, privateKey: configuration.privateKey,
            applicationProtocols: configuration.applicationProtocols, resetSecret: keys.resetSecret,
            ticketKeys: keys.ticketKeys, receiveBufferSize: configuration.receiveBufferSize,
            sendBufferSize: configuration.sendBufferSize, idleTimeout: configuration.idleTimeout)
    }

    private func checkConfigurationFitsChannel() throws(StartupFailure) {
        let example = workerConfiguration(
            slot: Slot(rawValue: 0), Slot.StateMachine.Spawn(incarnation: 1, adoptsSockets: false))
        let size = SupervisorMessage.configure(example).encoded().count
        guard size <= PacketChannel.maximumMessageSize else {
            throw StartupFailure(
                .configuration, "certificate chain",
                why: "it makes a worker's configuration \(size) octets long",
                remedy: "shorten the chain; \(PacketChannel.maximumMessageSize) is the limit")
        }
    }

    // MARK: What slots report

    /// Why this is no socket of the pool's address at this index; nil where it is one.
    func objection(to socket: borrowing FileDescriptor, forAddressAt index: Int) -> String? {
        do {
            return try ReuseportGroup.objection(
                to: socket.rawValue, at: reservations[index].address)
        } catch {
            return "\(error)"
        }
    }

    func slot(_ slot: Slot, bound socket: borrowing FileDescriptor, addressIndex: Int) {
        let reservation = reservations[addressIndex]
        do {
            try steering.register(socket, address: reservation.address, slot: slot)
        } catch {
            return fail(error)
        }
        reservation.release()
    }

    func slotBecameActive(_ slot: Slot) {
        let isChanged = ring.join(slot)
        switch phase {
        case .starting:
            guard slots.allSatisfy(\.isActive) else { return }
            setRing()
            guard case .starting = phase else { return }
            phase = .serving
            loop.clear(startTimer)
            announceReady()
        case .serving: if isChanged { setRing() }
        case .stopping: break
        }
    }

    func slotBecameInactive(_ slot: Slot) {
        if ring.leave(slot), case .serving = phase { setRing() }
    }

    func slotRetired() {
        stopIfAllRetired()
    }

    private func setRing() {
        do {
            try steering.setRing(ring.members)
        } catch {
            fail(error)
        }
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
    private func stopIfAllRetired() -> Bool {
        guard case .stopping = phase, slots.allSatisfy(\.isRetired) else { return false }
        loop.stop()
        return true
    }

    // MARK: Reports

    private func announceReady() {
        let addresses = addresses.map(\.description).joined(separator: ", ")
        hints.forEach(Report.announce)
        let workers = slots.count == 1 ? "1 worker" : "\(slots.count) workers"
        Report.announce("ready on \(addresses) (\(workers), steering \(steering.modeInEffect.rawValue))")
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
