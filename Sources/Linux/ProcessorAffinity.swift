private import CLinux

/// The processors that the calling thread may run on, by their numbers (sched_setaffinity(2)). Of a process with one
/// thread: the process.
package enum ProcessorAffinity {
    /// Ascending; one at least.
    package static func processors() throws(Errno) -> [UInt16] {
        var processors = [UInt16](repeating: 0, count: Int(CLINUX_PROCESSORS))
        let count = try shim { clinux_affinity_get(&processors) }
        return Array(processors.prefix(Int(count)))
    }

    /// Has the thread run on these alone.
    ///
    /// - Throws: EINVAL where the host has none of them, or a control group keeps the thread off all of them.
    package static func set(_ processors: [UInt16]) throws(Errno) {
        try shim { clinux_affinity_set(processors, processors.count) }
    }
}
