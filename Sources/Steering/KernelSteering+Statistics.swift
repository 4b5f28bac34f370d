internal import CLibBPF
package import Linux

/// How often the kernel ran the program, and how long that took. The clock itself is counted too:
/// two readings a run.
package struct RunStatistics: Hashable, Sendable {
    package var count: UInt64
    package var nanoseconds: UInt64
}

extension KernelSteering {
    /// Makes the kernel time all BPF programs as long as the descriptor is open.
    package static func enableRunStatistics() throws(SteeringError) -> FileDescriptor {
        let descriptor = bpf_enable_stats(BPF_STATS_RUN_TIME)
        guard descriptor >= 0 else {
            throw SteeringError(
                .statistics, "enable run statistics", .current, detail: "needs CAP_SYS_ADMIN")
        }
        return FileDescriptor(owning: descriptor)
    }

    /// The runs of the program at all addresses while statistics were enabled.
    package func runStatistics() throws(SteeringError) -> RunStatistics {
        var sum = RunStatistics(count: 0, nanoseconds: 0)
        for descriptor in descriptors {
            var info = bpf_prog_info()
            var length = UInt32(MemoryLayout<bpf_prog_info>.size)
            guard bpf_obj_get_info_by_fd(descriptor, &info, &length) == 0 else {
                throw SteeringError(.statistics, "read run statistics", .current)
            }
            sum.count += info.run_cnt
            sum.nanoseconds += info.run_time_ns
        }
        return sum
    }
}
