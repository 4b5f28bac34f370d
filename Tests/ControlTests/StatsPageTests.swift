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

    @Test func memoryOfAnotherLayoutIsRefused() throws {
        let memory = try StatsPage.makeMemory(name: "stats")
        let page = StatsPage(opening: memory)
        #expect(page == nil)
    }

    @Test func countersFitThePageAndHaveNamesOfTheirOwn() {
        #expect(Counter.allCases.count <= StatsPage.size / 8 - 8)
        #expect(Set(Counter.allCases.map(\.name)).count == Counter.allCases.count)
        #expect(Counter.allCases.map(\.rawValue) == Array(0..<Counter.allCases.count))
    }
}
