import Glibc
import Testing

@testable import Linux

/// Groups as hosts and containers show them, in directories of the test's own.
@Suite struct ProcessorQuotaTests {
    private static let unified = "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw"
    private static let hybrid = """
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """

    /// What is read in a tree of these files.
    private func processorCount(_ files: [String: String]) throws -> Int? {
        var template = Array("/tmp/drover-test-XXXXXX".utf8CString)
        let root = String(cString: try #require(mkdtemp(&template)))
        defer { _ = system("rm -r \(root)") }
        for (path, text) in files {
            let path = "\(root)/\(path)"
            try Directory.make(String(path[..<path.lastIndex(of: "/")!]))
            try File.replace(path, with: Array(text.utf8), mode: 0o600)
        }
        return ProcessorQuota.processorCount(root: root)
    }

    private func processorCount(
        group: String, mounts: String = unified, _ limits: [String: String]
    ) throws -> Int? {
        var files = ["proc/self/cgroup": group, "proc/self/mountinfo": mounts]
        for (path, text) in limits { files["sys/fs/cgroup/\(path)"] = text }
        return try processorCount(files)
    }

    @Test func theQuotaOfAGroupCounts() throws {
        #expect(
            try processorCount(
                group: "0::/a/b\n", ["a/b/cpu.max": "250000 100000\n", "a/cpu.max": "max 100000\n"])
                == 3)
    }

    @Test func theLeastOfThoseAboveCounts() throws {
        let limits = ["a/b/cpu.max": "max 100000", "a/cpu.max": "400000 100000", "cpu.max": "150000 100000"]
        #expect(try processorCount(group: "0::/a/b\n", limits) == 2)
        #expect(try processorCount(group: "0::/a/b/c\n", limits) == 2)
    }

    @Test func aContainerSeesItsGroupAtTheTop() throws {
        #expect(try processorCount(group: "0::/\n", ["cpu.max": "50000 100000"]) == 1)
        // Without a namespace of its own, the path is the host's, and the mount shows a part of the tree.
        let mounts = "700 690 0:29 /docker/5d /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu"
        let limits = ["cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"]
        #expect(try processorCount(group: "4:cpu:/docker/5d\n", mounts: mounts, limits) == 3)
        #expect(try processorCount(group: "4:cpu:/elsewhere\n", mounts: mounts, limits) == 3)
        #expect(
            try processorCount(group: "0::/../above\n", ["cpu.max": "50000 100000", "../cpu.max": "1 1"]) == 1
        )
    }

    @Test func aHostMayHaveBothVersions() throws {
        let group = "5:cpu,cpuacct:/a\n4:cpuset:/a\n0::/a\n"
        let limits = [
            "cpu,cpuacct/a/cpu.cfs_quota_us": "800000", "cpu,cpuacct/a/cpu.cfs_period_us": "100000",
        ]
        #expect(try processorCount(group: group, mounts: Self.hybrid, limits) == 8)
        let both = limits.merging(["unified/a/cpu.max": "300000 100000"]) { $1 }
        #expect(try processorCount(group: group, mounts: Self.hybrid, both) == 3)
        let unlimited = limits.merging(["cpu,cpuacct/a/cpu.cfs_quota_us": "-1"]) { $1 }
        #expect(try processorCount(group: group, mounts: Self.hybrid, unlimited) == nil)
    }

    @Test(
        arguments: [
            "", "max 100000", "100000", "0 100000", "100000 0", "-5 100000", "1e5 100000", "a b", "1 2 3",
            "99999999999999999999 1",
        ])
    func whatIsNoQuotaLimitsNothing(text: String) throws {
        #expect(try processorCount(group: "0::/\n", ["cpu.max": text]) == nil)
    }

    @Test(arguments: [
        "", "0", "0:", "::", "0::/a\u{0}b", "0::" + String(repeating: "/x", count: 2_000), "\u{fffd}",
    ])
    func whatIsNoListOfGroupsLimitsNothing(text: String) throws {
        #expect(try processorCount(group: text, [:]) == nil)
        #expect(try processorCount(group: "0::/", mounts: text, ["cpu.max": "1 1"]) == nil)
        #expect(try processorCount(group: "0::/", mounts: "1 2 3 4 - cgroup2", ["cpu.max": "1 1"]) == nil)
    }

    @Test func withoutFilesThereIsNoQuota() throws {
        #expect(try processorCount([:]) == nil)
    }

    @Test func fractionsAreRoundedUp() {
        #expect(ProcessorQuota.processors("1 100000") == 1)
        #expect(ProcessorQuota.processors("100000 100000") == 1)
        #expect(ProcessorQuota.processors("100001 100000") == 2)
        #expect(ProcessorQuota.processors("4294967295 1") == 4_294_967_295)
    }

    // A process of its own: others run tests on this one's threads.
    @Test func aThreadRunsWhereItIsTold() async {
        await #expect(processExitsWith: .success) {
            let processors = try ProcessorAffinity.processors()
            #expect(processors == processors.sorted())
            let last = try #require(processors.last)
            try ProcessorAffinity.set([last])
            #expect(try ProcessorAffinity.processors() == [last])
            #expect(try Host.usableProcessorCount() == 1)
            #expect(throws: Errno.invalidArgument) { try ProcessorAffinity.set([1023]) }
            #expect(throws: Errno.invalidArgument) { try ProcessorAffinity.set([.max]) }
        }
    }
}
