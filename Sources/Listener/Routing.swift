package import Control
package import Placement
package import QUICLB

/// Where a datagram goes that belongs to no connection of this worker. No I/O.
package struct Routing {
    /// How a datagram came here.
    package enum Arrival: CaseIterable, Sendable {
        /// The kernel chose this worker for it: it came by itself, or as the first of a train.
        case steered
        /// Behind another in a train, for which the kernel chose.
        case inTrain
        /// From the worker that had it first: it is not forwarded again.
        case forwarded
    }

    package enum Verdict: Hashable, Sendable {
        case keep
        case forward(Slot)
        case drop(Counter)
    }

    package let slot: Slot
    let steering: WorkerSteering
    private let hash: PlacementHash
    private var ring: Ring
    /// Whether this worker is about to end: what is new is another's.
    package var isLeaving = false

    /// - Parameters:
    ///   - slot: this worker's.
    ///   - active: the slots in the ring.
    package init(slot: Slot, steering: WorkerSteering, hash: PlacementHash, active: [Slot]) {
        self.slot = slot
        self.steering = steering
        self.hash = hash
        ring = Ring(active: active)
    }

    /// The ring has these slots from now on.
    package mutating func place(active: [Slot]) {
        ring = Ring(active: active)
    }

    /// Of a datagram whose connection ID encodes a slot.
    package func verdict(forSlot owner: Slot, _ arrival: Arrival) -> Verdict {
        if owner == slot { return .keep }
        switch (steering, arrival) {
        case (.off, _), (_, .forwarded): return .drop(.droppedForeignSlot)
        case (.kernel, _), (.forward, _): return .forward(owner)
        }
    }

    /// Of an Initial.
    ///
    /// - Parameter owner: the slot that its connection ID encodes; nil where a client made it up.
    package func verdict(
        forInitial destination: ConnectionID, owner: Slot?, _ arrival: Arrival
    ) -> Verdict {
        let ownVerdict: Verdict = isLeaving ? .drop(.refusedStopping) : .keep
        switch owner.map({ verdict(forSlot: $0, arrival) }) {
        case .forward(let owner): return .forward(owner)
        case .keep where !isLeaving: return .keep
        // Made up after all, or of a connection that is gone: new in any case.
        case .keep, .drop, nil: break
        }
        switch (steering, arrival) {
        case (.off, _), (_, .forwarded):
            return ownVerdict
        case (.kernel, .steered) where !isLeaving:
            // The ring may have changed since, and the pin has not.
            return .keep
        case (.kernel, _), (.forward, _):
            guard let owner = ring.slot(for: hash(destination)), owner != slot else { return ownVerdict }
            return .forward(owner)
        }
    }
}
