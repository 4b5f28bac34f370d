import Control
import Glibc
import Linux
import Testing

extension ProcessTests {
    /// How many workers there are by themselves, and where they run.
    @Suite struct ProcessorTests {
        @Test(.needsDrover)
        func autoIsAWorkerForEachProcessor() async throws {
            let processors = try ProcessorAffinity.processors()
            let pool = try await DroverProcess.start(workers: 1, "--workers", "auto")
            #expect(try pool.workers().count == Host.usableProcessorCount())
            try await pool.terminate()
            let confined = try await DroverProcess.start(
                workers: 1, "--workers", "auto",
                launcher: ["/usr/bin/taskset", "--cpu-list", "\(processors[0])"])
            #expect(try confined.workers().count == 1)
            try await confined.terminate()
        }

        @Test(.needsDrover, .needsControlGroups)
        func autoIsNoMoreThanTheQuotaPaysFor() async throws {
            let group = try QuotaGroup()
            defer { group.remove() }
            let pool = try await DroverProcess.start(
                workers: 1, "--workers", "auto", launcher: group.launcher)
            #expect(try pool.workers().count == 1)
            try await pool.terminate()
        }

        /// The slots take the processors in turn, whoever works there.
        @Test(.needsDrover)
        func aPinnedWorkerHasOneProcessor() async throws {
            let processors = try ProcessorAffinity.processors()
            let pool = try await DroverProcess.start(workers: processors.count + 1, "--pin-cpus")
            let before = try await pool.status()
            try expectPinned(before, to: processors)
            let victim = try #require(before.slots[1].pid)
            ProcessInspector(victim).send(SIGKILL)
            let after = try await pool.waitForStatus("successor") {
                $0.slots[1].state == .active && $0.slots[1].pid != victim
            }
            try expectPinned(after, to: processors)
            #expect(try pool.supervisor.allowedProcessors() == Self.list(processors))
            try await pool.terminate()
        }

        private func expectPinned(_ status: PoolStatus, to processors: [UInt16]) throws {
            for slot in status.slots {
                let worker = ProcessInspector(try #require(slot.pid))
                #expect(
                    try worker.allowedProcessors() == "\(processors[Int(slot.slot) % processors.count])")
            }
        }

        @Test(.needsDrover)
        func otherWorkersHaveThemAll() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let list = Self.list(try ProcessorAffinity.processors())
            for worker in try pool.workers() { #expect(try worker.allowedProcessors() == list) }
            try await pool.terminate()
        }

        /// As the kernel writes it: `0-3,8`.
        private static func list(_ processors: [UInt16]) -> String {
            var ranges: [ClosedRange<UInt16>] = []
            for processor in processors {
                if let last = ranges.last, last.upperBound + 1 == processor {
                    ranges[ranges.count - 1] = last.lowerBound...processor
                } else {
                    ranges.append(processor...processor)
                }
            }
            return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
                .joined(separator: ",")
        }
    }
}
