extension Duration {
    /// Whole microseconds.
    package var microseconds: UInt64 {
        UInt64(components.seconds) * 1_000_000 + UInt64(components.attoseconds / 1_000_000_000_000)
    }

    /// Whole milliseconds.
    package var milliseconds: UInt64 { microseconds / 1000 }
}
