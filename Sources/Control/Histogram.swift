/// What a worker measures, counted in its stats page by size. Appended to, never reordered: the place is the raw value, and
/// two releases may share a page during an upgrade.
package enum Histogram: Int, CaseIterable, Sendable {
    /// From a connection's first packet until its handshake is complete.
    case handshakeTime
    /// How long a connection was open, its closing period not counted. Measured when it ends.
    case connectionAge

    /// The greatest times that buckets count, in nanoseconds, ascending. What is longer has a bucket of its own.
    package var bounds: [UInt64] {
        switch self {
        case .handshakeTime: Self.handshakeTimes
        case .connectionAge: Self.connectionAges
        }
    }

    /// 1 ms to 10 s.
    private static let handshakeTimes: [UInt64] = [
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000,
        500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    /// 100 ms to a day.
    private static let connectionAges: [UInt64] = [
        100_000_000, 300_000_000, 1_000_000_000, 3_000_000_000, 10_000_000_000, 30_000_000_000,
        60_000_000_000, 180_000_000_000, 600_000_000_000, 1_800_000_000_000, 3_600_000_000_000,
        10_800_000_000_000, 43_200_000_000_000, 86_400_000_000_000,
    ]
}

/// What was measured until now.
package struct HistogramCounts: Hashable, Sendable {
    /// How many measurements fell in each bucket, in the order of the bounds; the last has what was longer.
    package var buckets: [UInt64]
    /// All of them together, in nanoseconds.
    package var sum: UInt64

    package init(buckets: [UInt64], sum: UInt64) {
        self.buckets = buckets
        self.sum = sum
    }

    package var count: UInt64 { buckets.reduce(0, &+) }
}
