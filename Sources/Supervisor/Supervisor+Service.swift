import Control
import EventLoop
import Linux
import Logging
import Logs
import QUICLB

// The pool as a service: what its manager is told, and the sockets that it keeps.
extension Supervisor {
    /// One line for `systemctl status`.
    var serviceStatus: String {
        if case .stopping = phase { return "closing connections" }
        let (active, draining) = (slots.count { $0.isActive }, slots.count { $0.draining != nil })
        let workers =
            "\(active) of \(wantedCount) workers active" + (draining > 0 ? ", \(draining) draining" : "")
        return "\(workers), on \(addresses.map(\.description).joined(separator: ", ")), "
            + "steering \(steering.description)"
    }

    /// What a new pool starts with: the slots whose sockets were kept, and others up to the number of workers.
    static func firstSlots(_ count: Int, holding stored: StoredSockets?) -> [Slot] {
        let held = Set((stored?.slots ?? [:]).keys)
        return (Array(held) + ResizePlan.free(besides: held).prefix(max(0, count - held.count))).sorted()
    }

    /// Gives the sockets that were kept to their slots, before any worker starts.
    func adopt(_ stored: StoredSockets) throws(StartupFailure) {
        try configuration.checkDescriptors(forWorkers: max(configuration.workerCount, stored.slots.count))
        for socket in stored.slots.values.joined() {
            // The former pool's program steers by maps that nobody changes any more.
            _ = try? ReuseportGroup.detachProgram(from: socket.fileDescriptor.rawValue)
        }
        for (slot, sockets) in stored.slots { try slots[Int(slot.rawValue)].adopt(sockets) }
        log.notice(
            "went on with sockets that the service manager kept",
            metadata: ["slots": .number(stored.slots.count)])
    }

    /// Gives up slots beyond the number of workers, which the pool started for their sockets: the former workers' clients
    /// learn there that their connections are gone.
    func drainSurplus() {
        let plan = ResizePlan(slots.map(\.entry), count: configuration.workerCount)
        let linger = configuration.service.options.transport.idleTimeout
        for slot in plan.draining {
            slots[Int(slot.rawValue)].drain(by: .now + ControlRequest.defaultDrainTimeout, linger: linger)
        }
    }

    func slot(
        _ slot: Slot, adopts socket: borrowing FileDescriptor, addressIndex: Int
    ) throws(StartupFailure) {
        try steering.adopt(socket, address: reservations[addressIndex].address, slot: slot)
        if bufferSizes == nil { bufferSizes = try? ReuseportGroup.bufferSizes(of: socket.rawValue) }
        serviceManager.store(socket, of: slot)
    }

    /// The slot has closed its sockets.
    func slotGaveUpSockets(_ slot: Slot) {
        // A pool that stops leaves them to the manager, which knows whether another follows.
        if case .stopping = phase { return }
        serviceManager.forget(slot)
    }
}
