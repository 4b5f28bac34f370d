import Control

/// Hands out the nonces of one key, each value once, also over crashes of the supervisor.
///
/// The nonces are a counter from a random start, taken a range at a time. What is to be handed out is reserved
/// before, in chunks: the caller writes the reservation down where it outlives the process, and after a crash what
/// was reserved counts as used.
///
/// One counter serves all slots, so nonces differ whether or not the server IDs do.
struct NonceLedger: Equatable {
    /// Ranges in a chunk: a file is written once for so many.
    private static let rangesInChunk: UInt128 = 16
    private static let greatestRange: UInt128 = 1 << 20

    /// The counter's first value.
    let start: UInt128
    /// The number of nonces there are.
    private let capacity: UInt128
    /// How many are reserved, used ones included.
    private(set) var reserved: UInt128
    /// How many are handed out.
    private var used: UInt128

    /// - Parameters:
    ///   - nonceLength: in octets. A counter of 15 counts far enough.
    ///   - start: random.
    ///   - reserved: what earlier processes reserved.
    init(nonceLength: Int, start: UInt128, reserved: UInt128 = 0) {
        capacity = 1 << min(8 * nonceLength, 120)
        self.start = start & (capacity - 1)
        self.reserved = min(reserved, capacity)
        used = self.reserved
    }

    /// How many nonces a range has: a worker that crashes loses what it has left of it.
    var rangeSize: UInt128 { min(Self.greatestRange, capacity >> 16) }

    /// Whether hardly any are left: an eighth.
    var isLow: Bool { reserved >= capacity - capacity / 8 }

    /// Whether a reservation has to be written down before the next `take`.
    var needsReservation: Bool { used == reserved && reserved < capacity }

    /// Reserves the next chunk. The caller writes `reserved` down before it takes from it.
    mutating func reserve() {
        reserved = min(reserved + rangeSize * Self.rangesInChunk, capacity)
    }

    /// The next range; nil where all nonces are used.
    ///
    /// - Precondition: `needsReservation` is false.
    mutating func take() -> NonceRange? {
        precondition(!needsReservation, "a range that is not reserved")
        guard used < reserved else { return nil }
        let count = min(rangeSize, reserved - used)
        defer { used += count }
        return NonceRange(first: (start + used) & (capacity - 1), count: UInt64(count))
    }
}
