/// How much stream data a connection holds until the peer acknowledges it, over all its streams: one client cannot
/// make a worker keep more.
struct SendBudget {
    /// Octets. A stream alone may have half of it.
    static let limit = 2 * 1024 * 1024
    static let streamLimit = limit / 2
    /// What every stream may have, whatever the others hold: streams that the peer does not read keep their part of
    /// the budget, and must not keep the others from theirs.
    static let share = 16 * 1024

    private var used = 0
    /// Whether a stream was refused for want of budget since writers were last woken.
    private var isShort = false

    /// How much of `wanted` octets a stream may add that has `held` already.
    mutating func take(_ wanted: Int, held: Int) -> Int {
        let allowed = max(0, min(wanted, Self.streamLimit - held))
        let granted = max(0, min(allowed, max(Self.limit - used, Self.share - held)))
        if granted < allowed { isShort = true }
        used += granted
        return granted
    }

    /// Gives back `count` octets; true where writers of other streams are to be woken.
    mutating func giveBack(_ count: Int) -> Bool {
        used -= count
        guard isShort, used <= Self.limit / 2 else { return false }
        isShort = false
        return true
    }
}
