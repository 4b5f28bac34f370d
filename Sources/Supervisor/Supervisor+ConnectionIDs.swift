import Control
import EventLoop
import Logging
import Logs
import QUICLB

// Nonces for workers, and the rotation of the key.
extension Supervisor {
    /// Nonces under the newest configuration; none where none are left, or where they cannot be reserved: then the
    /// worker makes connection IDs that load balancers cannot route.
    func takeNonces(for slot: Slot) -> NonceRange {
        do {
            if let range = try connectionIDs.takeNonces() { return range }
            log.warning(
                "no nonces are left: load balancers cannot route new connection IDs until drover rotate-key",
                metadata: [
                    "slot": .number(slot.rawValue),
                    "configuration": .number(connectionIDs.current.id.rawValue),
                ])
        } catch {
            log.error("nonces cannot be reserved", error: error, metadata: ["slot": .number(slot.rawValue)])
        }
        return .empty
    }

    /// The slot's worker has used half of what it had.
    func slot(_ slot: WorkerSlot, needsNoncesFor id: ConfigurationID) {
        // Of a configuration that is being replaced none are needed.
        guard id == connectionIDs.current.id else { return }
        if connectionIDs.needsRotation { return rotateForWantOfNonces() }
        let range = takeNonces(for: slot.slot)
        if range.count > 0 { slot.send(.nonces(id, range)) }
    }

    private func rotateForWantOfNonces() {
        let former = connectionIDs.current.id
        do {
            try rotateKey(to: nil, grace: ControlRequest.defaultGrace)
        } catch {
            return log.error("key not rotated, though hardly any nonces are left", error: error)
        }
        log.notice(
            "key rotated, as hardly any nonces were left", metadata: ["from": .number(former.rawValue)])
    }

    /// Makes connection IDs by another key from now on, and has those that are in use replaced.
    ///
    /// - Parameter grace: how long that may take; then connections that still use the former ones are closed.
    func rotateKey(to key: Configuration.Key?, grace: Duration) throws(StartupFailure) {
        try connectionIDs.rotate(to: key)
        let (former, current) = (connectionIDs.configurations[0], connectionIDs.current)
        // The kernel first: a worker uses what it is told at once.
        try steering.setConfiguration(connectionIDs.layout.codec(current))
        let users = slots.filter(\.hasWorker)
        for slot in users { slot.send(.rotate(current, takeNonces(for: slot.slot))) }
        loop.set(rotationTimer, to: .now + grace)
        log.info(
            "key rotated",
            metadata: ["from": .number(former.id.rawValue), "to": .number(current.id.rawValue)])
        perform(rotation.begin(former: former.id, usedBy: Set(users.map(\.slot))))
    }

    /// The slot's worker has no connection with IDs of the configuration any more.
    func slot(_ slot: Slot, isDoneWith id: ConfigurationID) {
        perform(rotation.unused(id, by: slot))
    }

    func workerEnded(in slot: Slot) {
        perform(rotation.workerEnded(in: slot))
        forgetQueries(to: slot)
    }

    func rotationIsOverdue() {
        perform(rotation.deadlinePassed())
    }

    func perform(_ action: KeyRotation.Action) {
        switch action {
        case .none: break
        case .drop(let former):
            loop.clear(rotationTimer)
            for slot in slots { slot.send(.drop(former)) }
            connectionIDs.dropFormer()
            do {
                try steering.removeConfiguration(former)
            } catch {
                fail(error)
            }
        }
    }
}
