private import Glibc

/// What a process uses of the host (proc_pid_stat(5)).
package struct ProcessUsage: Hashable, Sendable {
    /// In user and kernel mode, all its threads together, by the kernel's ticks.
    package let processorTime: Duration
    /// Octets of its memory that are in RAM.
    package let residentOctets: UInt64

    package init(processorTime: Duration, residentOctets: UInt64) {
        self.processorTime = processorTime
        self.residentOctets = residentOctets
    }

    /// Reads what the process uses now; nil where it is gone, or /proc is not to be read.
    package init?(of processID: Int32) {
        guard let octets = try? File.contents(of: "/proc/\(processID)/stat") else { return nil }
        self.init(
            stat: String(decoding: octets, as: UTF8.self),
            ticksPerSecond: UInt64(sysconf(Int32(_SC_CLK_TCK))),
            pageSize: UInt64(sysconf(Int32(_SC_PAGESIZE))))
    }

    init?(stat: String, ticksPerSecond: UInt64, pageSize: UInt64) {
        // The second field is the name in parentheses, which may have any characters; the next is the third.
        guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 21, let user = UInt64(fields[11]), let kernel = UInt64(fields[12]),
            let pages = UInt64(fields[21])
        else { return nil }
        let nanoseconds = (user &+ kernel) &* (1_000_000_000 / ticksPerSecond)
        processorTime = .nanoseconds(Int64(clamping: nanoseconds))
        residentOctets = pages &* pageSize
    }
}
