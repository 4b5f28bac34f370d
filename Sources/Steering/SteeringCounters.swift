internal import SteerABI

/// What the kernel program counts.
package enum SteeringCounter: CaseIterable, Hashable, Sendable {
    /// To the slot that the DCID encodes.
    case serverID
    /// Long header: to the slot that the DCID is pinned to.
    case pin
    /// Long header: placed by the ring, and pinned.
    case ring
    /// Short header that does not decode: to the ring's slot for the hash of the 4-tuple.
    case tuple
    /// Not a QUIC header: as `tuple`.
    case malformed
    /// The ring had no socket to offer: the kernel chose among the group.
    case kernelHash

    /// The DCID decodes, but its slot holds no socket.
    case emptySlot
    /// The pinned slot holds no socket.
    case stalePin
    /// A pin could not be inserted.
    case unpinned

    /// Whether a packet leaves the program here. It does so at exactly one; the others count what it
    /// met on the way.
    package var isExit: Bool {
        switch self {
        case .serverID, .pin, .ring, .tuple, .malformed, .kernelHash: true
        case .emptySlot, .stalePin, .unpinned: false
        }
    }

    /// The name in metrics and status.
    package var name: String {
        switch self {
        case .serverID: "server-id"
        case .pin: "pin"
        case .ring: "ring"
        case .tuple: "tuple"
        case .malformed: "malformed"
        case .kernelHash: "kernel-hash"
        case .emptySlot: "empty-slot"
        case .stalePin: "stale-pin"
        case .unpinned: "unpinned"
        }
    }

    /// The key in the `counters` map.
    var key: UInt32 {
        switch self {
        case .serverID: STEER_SERVER_ID.rawValue
        case .pin: STEER_PIN.rawValue
        case .ring: STEER_RING.rawValue
        case .tuple: STEER_TUPLE.rawValue
        case .malformed: STEER_MALFORMED.rawValue
        case .kernelHash: STEER_KERNEL_HASH.rawValue
        case .emptySlot: STEER_EMPTY_SLOT.rawValue
        case .stalePin: STEER_STALE_PIN.rawValue
        case .unpinned: STEER_UNPINNED.rawValue
        }
    }
}

/// The kernel program's counters at one time, summed over the CPUs and the addresses of the pool.
package struct SteeringCounters: Hashable, Sendable {
    private var values: [SteeringCounter: UInt64]

    init(values: [SteeringCounter: UInt64]) {
        self.values = values
    }

    package subscript(counter: SteeringCounter) -> UInt64 {
        values[counter] ?? 0
    }

    /// The runs of the program: one for each datagram or GSO/GRO train of them.
    package var packets: UInt64 {
        SteeringCounter.allCases.reduce(0) { $1.isExit ? $0 + self[$1] : $0 }
    }

    /// What was counted since `earlier`.
    package static func - (later: SteeringCounters, earlier: SteeringCounters) -> SteeringCounters {
        SteeringCounters(
            values: Dictionary(
                uniqueKeysWithValues: SteeringCounter.allCases.map { ($0, later[$0] - earlier[$0]) }))
    }
}
