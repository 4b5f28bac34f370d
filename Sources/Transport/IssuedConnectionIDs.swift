internal import QUICLB

/// The connection IDs that a connection has issued and ngtcp2 still knows, and how all of them are replaced. No
/// I/O and no clock.
///
/// ngtcp2 issues IDs up to the peer's limit, and as many again as the peer retires; one that is retired stays in
/// its pool of eight for a PTO more. To replace all, it is made to issue one above the limit, which RFC 9000
/// §5.1.1 allows as its frame's Retire Prior To retires the others. Once the first of those is retired, the
/// limit holds again, and ngtcp2 makes up for the others by itself. The limit must never be below what is in
/// use, or ngtcp2's count of IDs to issue wraps.
struct IssuedConnectionIDs {
    /// IDs that a connection has at most, the one issued above the limit included: ngtcp2's pool.
    static let poolSize = 8

    private struct Entry {
        let id: ConnectionID
        let sequence: UInt64
        var isRetired = false
    }

    private enum Replacement {
        case none
        /// All with lower sequence numbers are to go; ngtcp2 may have issued one above the limit.
        case above(UInt64)
        /// As before, but enough of them are gone for the limit to hold.
        case within(UInt64)
    }

    private var entries: [Entry] = []
    private var nextSequence: UInt64 = 0
    private var replacement = Replacement.none { didSet { updateIsReplacing() } }
    private var isWanted = false { didSet { updateIsReplacing() } }

    /// How many the connection is to have: what the peer takes, with one place left free in ngtcp2's pool.
    private(set) var target = poolSize - 1
    /// Whether a replacement is wanted or under way: packets are looked into only then.
    private(set) var isReplacing = false

    private mutating func updateIsReplacing() {
        isReplacing = isWanted || retirePriorTo != nil
    }

    /// What frames sent now have to say; nil where nothing is being replaced.
    var retirePriorTo: RetirePriorTo? {
        switch replacement {
        case .none: nil
        case .above(let threshold), .within(let threshold): RetirePriorTo(threshold: threshold)
        }
    }

    /// The peer's limit that ngtcp2 is to go by.
    var limit: Int {
        switch replacement {
        case .none, .within: target
        case .above: target + 1
        }
    }

    /// The peer's transport parameters came.
    mutating func setPeerLimit(_ limit: UInt64) {
        target = Int(min(limit, UInt64(Self.poolSize - 1)))
    }

    /// ngtcp2 numbers them in the order in which it asks for them.
    mutating func issued(_ id: ConnectionID) {
        entries.append(Entry(id: id, sequence: nextSequence))
        nextSequence += 1
    }

    /// The peer retires an ID. It may say so again and again.
    mutating func retired(_ sequence: UInt64) {
        guard let index = entries.firstIndex(where: { $0.sequence == sequence }) else { return }
        entries[index].isRetired = true
        updateReplacement()
    }

    /// ngtcp2 has forgotten an ID, some time after the peer retired it.
    mutating func removed(_ id: ConnectionID) {
        entries.removeAll { $0.id == id }
        updateReplacement()
    }

    /// All IDs are to be replaced as soon as `start` finds that they can.
    mutating func replaceAll() {
        isWanted = true
    }

    /// Begins a replacement that is wanted. To be called when ngtcp2 has issued all that it would.
    ///
    /// It waits while IDs that the peer has retired are in the pool, among them those of a former replacement:
    /// which of them are, is known only of what was retired while packets were looked into.
    ///
    /// - Returns: whether it began.
    mutating func start() -> Bool {
        guard isWanted, entries.count <= target else { return false }
        isWanted = false
        replacement = .above(nextSequence)
        return true
    }

    private mutating func updateReplacement() {
        guard let threshold = retirePriorTo?.threshold else { return }
        if entries.allSatisfy({ $0.sequence >= threshold }) {
            replacement = .none
        } else if case .above = replacement, nextSequence > threshold,
            entries.count(where: { !$0.isRetired }) <= target
        {
            replacement = .within(threshold)
        }
    }
}
