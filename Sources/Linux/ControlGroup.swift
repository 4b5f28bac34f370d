/// A control group of this process (cgroups(7)), by the directories in which it and those above it are to be seen.
struct ControlGroup: Hashable {
    enum Version {
        /// A hierarchy for one or a few controllers.
        case one
        /// The one hierarchy for all.
        case two
    }

    let version: Version
    /// The group's own directory first, that of the hierarchy's top last.
    let directories: [String]

    /// The groups that share out processor time: one in version 2, one in version 1, or both where a host has both.
    ///
    /// - Parameters:
    ///   - groups: /proc/self/cgroup, a line `number:controllers:path` for each hierarchy.
    ///   - mounts: /proc/self/mountinfo (proc_pid_mountinfo(5)).
    static func ofProcessorTime(groups: String, mounts: String) -> [ControlGroup] {
        let mounts = mounts.split(separator: "\n").compactMap { Mount($0) }
        return groups.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, let version = version(hierarchy: fields[0], controllers: fields[1]),
                let mount = mounts.first(where: { $0.version == version })
            else { return nil }
            return ControlGroup(version: version, directories: mount.directories(ofGroup: fields[2]))
        }
    }

    /// The version of a hierarchy that shares out processor time; nil where it does not.
    private static func version(hierarchy: Substring, controllers: Substring) -> Version? {
        if hierarchy == "0", controllers.isEmpty { return .two }
        return controllers.split(separator: ",").contains("cpu") ? .one : nil
    }
}

/// Where a hierarchy that shares out processor time is mounted.
private struct Mount {
    let version: ControlGroup.Version
    /// The group that is seen at the mount point.
    private let root: Substring
    private let point: Substring

    /// - Parameter line: `36 35 98:0 /root /mount/point rw shared:1 - type source options`.
    init?(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard let separator = fields.firstIndex(of: "-"), separator >= 6, fields.count >= separator + 4
        else { return nil }
        let options = fields[separator + 3].split(separator: ",")
        switch fields[separator + 1] {
        case "cgroup2": version = .two
        case "cgroup" where options.contains("cpu"): version = .one
        default: return nil
        }
        root = fields[3]
        point = fields[4]
    }

    /// The directories of a group and of those above it.
    func directories(ofGroup path: Substring) -> [String] {
        var names = path.split(separator: "/")
        let above = root.split(separator: "/")
        // What is not below the mount point cannot be seen; what is at it counts in any case.
        names = names.starts(with: above) && !names.contains("..") ? Array(names[above.count...]) : []
        var directories = [String(point)]
        for name in names { directories.append("\(directories[directories.count - 1])/\(name)") }
        return directories.reversed()
    }
}
