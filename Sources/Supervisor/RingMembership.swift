import QUICLB

/// The slots that new connections are placed on. It is never emptied once it has a member: packets had better
/// wait in the queue of a slot that comes back than reach none.
struct RingMembership {
    private var active: Set<Slot> = []
    private(set) var members: Set<Slot> = []

    /// The slot takes new connections. Returns whether the ring changed.
    mutating func join(_ slot: Slot) -> Bool {
        active.insert(slot)
        return update()
    }

    /// The slot takes no new connections. Returns whether the ring changed.
    mutating func leave(_ slot: Slot) -> Bool {
        active.remove(slot)
        return update()
    }

    private mutating func update() -> Bool {
        guard !active.isEmpty, members != active else { return false }
        members = active
        return true
    }
}
