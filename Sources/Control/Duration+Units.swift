extension Duration {
    /// Whole nanoseconds; 0 of a time below zero, and as many as there can be of a longer one.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, isTooLong) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isAbove) = product.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return isTooLong || isAbove ? .max : sum
    }

    /// Whole microseconds, with the bounds of ``nanoseconds``.
    package var microseconds: UInt64 { nanoseconds / 1000 }

    /// Whole milliseconds, likewise.
    package var milliseconds: UInt64 { microseconds / 1000 }
}
