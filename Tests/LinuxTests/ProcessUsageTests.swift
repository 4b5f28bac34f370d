import Glibc
import Testing

@testable import Linux

@Suite struct ProcessUsageTests {
    @Test func aProcessUsesTimeAndMemory() throws {
        let before = try #require(ProcessUsage(of: getpid()))
        #expect(before.residentOctets > 1 << 20)
        // The kernel counts in ticks of some milliseconds.
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            let after = try #require(ProcessUsage(of: getpid()))
            if after.processorTime > before.processorTime { return }
        }
        Issue.record("no time was counted")
    }

    @Test func aProcessThatIsGoneUsesNothing() {
        // The kernel gives no number so high.
        #expect(ProcessUsage(of: .max) == nil)
    }

    @Test func theNameMayHaveAnything() {
        let stat = "7 (a) b) 5 5) S 1 7 7 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 1 0 1 9 3 18446744073709551615"
        let usage = ProcessUsage(stat: stat, ticksPerSecond: 100, pageSize: 4096)
        #expect(usage == ProcessUsage(processorTime: .seconds(3), residentOctets: 3 * 4096))
    }

    @Test(arguments: [
        "", "7", "7 (a", "7 (a) S", "7 (a) S 1 7 7 0 -1 4194560 9 0 0 0 x y 0 0 20 0 1 0 1 9 3",
    ])
    func otherTextIsNoUsage(text: String) {
        #expect(ProcessUsage(stat: text, ticksPerSecond: 100, pageSize: 4096) == nil)
    }

    @Test func numbersOutOfRangeDoNotTrap() {
        let most = UInt64.max
        let stat = "7 (a) S 1 7 7 0 -1 4194560 9 0 0 0 \(most) \(most) 0 0 20 0 1 0 1 9 \(most)"
        #expect(ProcessUsage(stat: stat, ticksPerSecond: 100, pageSize: 4096) != nil)
    }
}
