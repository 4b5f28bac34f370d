import QUICLB

/// Which slots a pool starts, takes back or drains to have as many as are wanted.
struct ResizePlan: Equatable {
    enum Standing: Equatable {
        /// Free to be started.
        case free
        /// Active, or about to be: a slot that is not active yet has nothing to lose.
        case wanted(isActive: Bool)
        /// Serves what it has, and can be taken back.
        case draining
        /// On its way out.
        case ending
    }

    struct Entry: Equatable {
        let slot: Slot
        let standing: Standing
        let connections: UInt64
    }

    private(set) var starting: [Slot] = []
    private(set) var takingBack: [Slot] = []
    private(set) var draining: [Slot] = []

    /// - Parameters:
    ///   - entries: of all slots that have ever been in use; others are free.
    ///   - count: 1 to 256.
    init(_ entries: [Entry], count: Int) {
        let wanted = entries.filter { if case .wanted = $0.standing { true } else { false } }
        if wanted.count < count {
            grow(entries, by: count - wanted.count)
        } else {
            shrink(wanted, by: wanted.count - count)
        }
    }

    /// Slots that drain are taken back first, those with the most connections before others: they need no new worker.
    private mutating func grow(_ entries: [Entry], by count: Int) {
        let candidates = entries.filter { $0.standing == .draining }
        takingBack = candidates.sorted { ($1.connections, $0.slot) < ($0.connections, $1.slot) }
            .prefix(count).map(\.slot)
        let used = Set(entries.filter { $0.standing != .free }.map(\.slot))
        starting = Array(Self.free(besides: used).prefix(count - takingBack.count))
    }

    /// The slots that are free where these are not, lowest first.
    static func free(besides used: Set<Slot>) -> [Slot] {
        (0...UInt8.max).map(Slot.init(rawValue:)).filter { !used.contains($0) }
    }

    /// Slots that are not active yet go first, then those with the fewest connections, then the highest numbers.
    private mutating func shrink(_ wanted: [Entry], by count: Int) {
        draining = wanted.sorted { left, right in
            (left.order, left.connections, right.slot) < (right.order, right.connections, left.slot)
        }
        .prefix(count).map(\.slot)
    }
}

extension ResizePlan.Entry {
    /// What is not active comes first.
    fileprivate var order: Int { standing == .wanted(isActive: true) ? 1 : 0 }
}
