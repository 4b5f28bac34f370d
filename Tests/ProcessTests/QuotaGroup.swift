import Foundation
import Glibc
import Linux

/// A control group of a test's own that has half a processor's time (cgroups(7)), in version 1 or 2.
struct QuotaGroup {
    private let path: String

    /// The group of this process, where groups can be made and share out processor time; nil where there is none.
    private static let parent: String? = {
        let own = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        let groups = own.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 2) }
        let two = groups.first { $0.count == 2 && $0[0] == "0" }.map { "/sys/fs/cgroup" + $0[1] }
        let one = groups.first { $0.count == 3 && $0[1].split(separator: ",").contains("cpu") }
            .map { "/sys/fs/cgroup/cpu" + $0[2] }
        return [one, two].compactMap(\.self).first { path in
            guard let probe = try? QuotaGroup(in: path) else { return false }
            probe.remove()
            return true
        }
    }()

    static var isPermitted: Bool {
        parent != nil && (try? ProcessorAffinity.processors().count > 1) == true
    }

    init() throws {
        guard let parent = Self.parent else { throw Errno.notPermitted }
        try self.init(in: parent)
    }

    private init(in parent: String) throws {
        path = "\(parent)/drover-test-\(getpid())"
        try syscall { [path] in mkdir(path, 0o755) }
        do {
            if FileManager.default.fileExists(atPath: "\(path)/cpu.cfs_quota_us") {
                try write("50000", to: "cpu.cfs_quota_us")
            } else {
                try write("50000 100000", to: "cpu.max")
            }
        } catch {
            remove()
            throw error
        }
    }

    /// A launcher that has a program run in the group.
    var launcher: [String] { DroverProcess.after("echo $$ >\(path)/cgroup.procs") }

    /// The processes in it have ended.
    func remove() { rmdir(path) }

    private func write(_ text: String, to name: String) throws {
        let file = FileDescriptor(owning: try syscall { open("\(path)/\(name)", O_WRONLY | O_CLOEXEC) })
        let rawValue = file.rawValue
        try syscall { Glibc.write(rawValue, text, text.utf8.count) }
    }
}
