/// How much processor time the control groups of this process allow it (cgroups(7)): the least quota of its own group and
/// of those above it, by version 2's `cpu.max` or version 1's `cpu.cfs_quota_us`.
package enum ProcessorQuota {
    /// How many processors the quota pays for, rounded up; nil where there is none. What cannot be read or understood
    /// limits nothing.
    ///
    /// - Parameter root: the directory that has /proc and the mounted hierarchies.
    package static func processorCount(root: String = "") -> Int? {
        guard let groups = text(of: "\(root)/proc/self/cgroup"),
            let mounts = text(of: "\(root)/proc/self/mountinfo")
        else { return nil }
        return ControlGroup.ofProcessorTime(groups: groups, mounts: mounts)
            .flatMap { group in group.directories.compactMap { quota(in: root + $0, group.version) } }
            .min()
    }

    private static func quota(in directory: String, _ version: ControlGroup.Version) -> Int? {
        switch version {
        case .one:
            guard let quota = text(of: "\(directory)/cpu.cfs_quota_us"),
                let period = text(of: "\(directory)/cpu.cfs_period_us")
            else { return nil }
            return processors("\(quota) \(period)")
        case .two:
            return text(of: "\(directory)/cpu.max").flatMap(processors)
        }
    }

    /// The processors that a quota pays for, 1 at least; nil where the text sets none.
    ///
    /// - Parameter limit: microseconds of processor time and the period in which they may be used: `150000 100000`. `max` or
    ///   -1 in place of the first is no quota.
    static func processors(_ limit: String) -> Int? {
        let numbers = limit.split(whereSeparator: \.isWhitespace).map { UInt32($0) }
        guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0
        else { return nil }
        return Int((quota - 1) / period + 1)
    }

    private static func text(of path: String) -> String? {
        (try? File.contents(of: path)).map { String(decoding: $0, as: UTF8.self) }
    }
}
