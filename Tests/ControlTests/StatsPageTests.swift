import Control
import Linux
import Testing

@Suite struct StatsPageTests {
    @Test func whatOneSideCountsTheOtherReads() throws {
        let memory = try StatsPage.makeMemory(name: "stats")
        let page = StatsPage(initializing: memory)
        let descriptor = try FileDescriptor(duplicating: memory.rawValue)
        let otherMemory = try SharedMemory(mapping: descriptor, size: StatsPage.size)
        let opened = StatsPage(opening: otherMemory)
        let other = try #require(opened)

        page.add(.datagramsReceived, 3)
        page.add(.connectionsCurrent)
        page.add(.connectionsCurrent)
        page.subtract(.connectionsCurrent)
        page.heartbeat = 42

        #expect(other[.datagramsReceived] == 3)
        #expect(other[.connectionsCurrent] == 1)
        #expect(other[.octetsSent] == 0)
        #expect(other.heartbeat == 42)
    }

    @Test func aMeasurementCountsInItsBucket() throws {
        let memory = try StatsPage.makeMemory(name: "stats")
        let page = StatsPage(initializing: memory)
        let times: [Duration] = [
            .nanoseconds(-5), .zero, .milliseconds(1), .nanoseconds(1_000_001), .milliseconds(99),
            .seconds(10),
            .nanoseconds(10_000_000_001), .seconds(1_000_000_000_000),
        ]
        for time in times { page.observe(.handshakeTime, time) }
        let counts = page[.handshakeTime]
        #expect(counts.buckets == [3, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2])
        #expect(counts.count == 8)
        #expect(page[.connectionAge].count == 0)
        page.observe(.connectionAge, .seconds(30))
        #expect(page[.connectionAge].sum == 30_000_000_000)
        // Nothing else was written to.
        #expect(page[.handshakeTime] == counts && Counter.allCases.allSatisfy { page[$0] == 0 })
    }

    /// Two releases share a page: what one measures is where the other looks.
    @Test func histogramsHaveTheirPlacesAndFit() throws {
        let memory = try StatsPage.makeMemory(name: "stats")
        let page = StatsPage(initializing: memory)
        page.observe(.handshakeTime, .nanoseconds(7))
        page.observe(.connectionAge, .nanoseconds(9))
        let words = memory.bytes.bindMemory(to: UInt64.self)
        #expect([words[256], words[257], words[288], words[289]] == [7, 1, 9, 1])
        for histogram in Histogram.allCases {
            #expect(histogram.bounds.count + 2 <= 32)
            #expect(
                histogram.bounds == histogram.bounds.sorted()
                    && Set(histogram.bounds).count == histogram.bounds.count)
        }
        #expect(256 + 32 * Histogram.allCases.count <= StatsPage.size / 8)
    }

    @Test func memoryOfAnotherLayoutIsRefused() throws {
        let memory = try StatsPage.makeMemory(name: "stats")
        let page = StatsPage(opening: memory)
        #expect(page == nil)
    }

    @Test func countersFitThePageAndHaveNamesOfTheirOwn() {
        #expect(Counter.allCases.count <= 256 - 8)
        #expect(Set(Counter.allCases.map(\.name)).count == Counter.allCases.count)
        #expect(Counter.allCases.map(\.rawValue) == Array(0..<Counter.allCases.count))
    }
}
