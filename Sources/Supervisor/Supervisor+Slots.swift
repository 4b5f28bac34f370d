import Control
import EventLoop
import Linux
import Logging
import Logs
import Placement
import QUICLB

// What slots are told, and what they report.
extension Supervisor {
    /// Makes place for one more slot, with the next number.
    func addSlot() throws(Errno) -> WorkerSlot {
        let slot = Slot(rawValue: UInt8(slots.count))
        slots.append(try WorkerSlot(slot, addressCount: reservations.count, loop: loop, pool: self))
        return slots[slots.count - 1]
    }

    /// A log whose lines say which slot they are about.
    func log(of slot: Slot) -> Logger {
        var log = log
        log[metadataKey: "slot"] = .number(slot.rawValue)
        return log
    }

    var isStarting: Bool {
        guard case .starting = phase else { return false }
        return true
    }

    /// Where slots' forwarding sockets are; nil where workers do not forward.
    var forwardingDirectory: String? {
        steering.workerSteering == .off ? nil : runDirectory.path
    }

    func workerConfiguration(
        slot: Slot, _ spawn: Slot.StateMachine.Spawn, nonces: NonceRange
    ) -> WorkerConfiguration {
        var worker = WorkerConfiguration(
            slot: slot, incarnation: spawn.incarnation, addresses: addresses,
            preferredCount: UInt8(configuration.preferredCount),
            adoptsSockets: spawn.adoptsSockets, hostID: configuration.hostID,
            configurations: connectionIDs.configurations, nonces: nonces,
            steering: steering.workerSteering, forwardingDirectory: runDirectory.path, placement: placement,
            active: ring.members.sorted(),
            secrets: keys.secrets, service: configuration.service)
        worker.eventTracePath = configuration.eventTrace ?? ""
        worker.log = configuration.log
        worker.processors = configuration.processors(forWorkerIn: slot)
        worker.allowsOutgoingConnections = configuration.allowsOutgoingConnections
        return worker
    }

    /// Throws where a worker could not be told of these settings.
    func checkFitsChannel(_ service: ServiceSettings) throws(StartupFailure) {
        var example = workerConfiguration(
            slot: Slot(rawValue: 0), Slot.StateMachine.Spawn(incarnation: 1, adoptsSockets: false),
            nonces: .empty)
        example.service = service
        let size = SupervisorMessage.configure(example).encoded().count
        guard size <= PacketChannel.maximumMessageSize else {
            throw StartupFailure(
                .configuration, "certificates",
                why: "they make a worker's configuration \(size) octets long",
                remedy: "give fewer, or shorter chains; \(PacketChannel.maximumMessageSize) is the limit")
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
        if bufferSizes == nil { bufferSizes = try? ReuseportGroup.bufferSizes(of: socket.rawValue) }
        serviceManager.store(socket, of: slot)
    }

    func slotBecameActive(_ slot: Slot) {
        let isChanged = ring.join(slot)
        service.statusChanged()
        switch phase {
        case .starting:
            guard slots.allSatisfy({ $0.isActive || $0.isRetired }) else { return }
            setRing()
            guard case .starting = phase else { return }
            phase = .serving
            loop.clear(startTimer)
            drainSurplus()
            announceReady()
        case .serving: if isChanged { setRing() }
        case .stopping: break
        }
    }

    func slotBecameInactive(_ slot: Slot) {
        service.statusChanged()
        if ring.leave(slot), case .serving = phase { setRing() }
    }

    func slotRetired(_ slot: Slot) {
        slotBecameInactive(slot)
        stopIfAllRetired()
    }

    /// Makes sure that nothing more is steered to the slot: when this returns, all that was is in its sockets.
    func withdraw(_ slot: Slot) {
        do {
            try steering.withdraw(slot)
        } catch {
            fail(error)
        }
    }

    func setRing() {
        do {
            try steering.setRing(ring.members)
        } catch {
            fail(error)
        }
        let active = ring.members.sorted()
        for slot in slots { slot.send(.place(active: active)) }
    }
}
