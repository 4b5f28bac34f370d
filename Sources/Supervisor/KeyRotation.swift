import QUICLB

/// What is left to do of a rotation: workers replace the connection IDs that were made by the former configuration,
/// and it is dropped when none is in use, or at the deadline.
struct KeyRotation: Equatable {
    private enum State: Equatable {
        case idle
        case replacing(ConfigurationID, usedBy: Set<Slot>)
    }

    private var state = State.idle

    enum Action: Equatable {
        /// Nobody uses the configuration: forget it.
        case drop(ConfigurationID)
        case none
    }

    /// The configuration that is being replaced and the slots that use it; nil where there is none.
    var underway: (former: ConfigurationID, usedBy: Set<Slot>)? {
        switch state {
        case .idle: nil
        case .replacing(let former, let slots): (former, slots)
        }
    }

    /// A rotation began.
    ///
    /// - Parameters:
    ///   - former: the configuration that was in use.
    ///   - slots: those with a worker that knows it.
    mutating func begin(former: ConfigurationID, usedBy slots: Set<Slot>) -> Action {
        switch state {
        case .idle:
            state = .replacing(former, usedBy: slots)
            return dropIfUnused()
        case .replacing: preconditionFailure("a rotation is under way")
        }
    }

    /// A slot's worker has no connection with IDs of the configuration any more.
    mutating func unused(_ id: ConfigurationID, by slot: Slot) -> Action {
        switch state {
        case .replacing(let former, _) where former == id: workerEnded(in: slot)
        case .idle, .replacing: .none
        }
    }

    /// A slot's worker ended, its connections with it. A successor has none of before.
    mutating func workerEnded(in slot: Slot) -> Action {
        switch state {
        case .idle: return .none
        case .replacing(let former, var slots):
            slots.remove(slot)
            state = .replacing(former, usedBy: slots)
            return dropIfUnused()
        }
    }

    /// The time for connections to change is over.
    mutating func deadlinePassed() -> Action {
        switch state {
        case .idle: return .none
        case .replacing(let former, _):
            state = .idle
            return .drop(former)
        }
    }

    private mutating func dropIfUnused() -> Action {
        guard case .replacing(let former, let slots) = state, slots.isEmpty else { return .none }
        state = .idle
        return .drop(former)
    }
}
