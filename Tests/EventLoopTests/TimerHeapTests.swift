import TestSupport
import Testing

@testable import EventLoop

struct TimerHeapTests {
    @Test("timers come out in the order of their deadlines, however they were set, moved and cleared")
    func order() {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<200 {
            var heap = TimerHeap()
            let timers = (0..<40).map { _ in Timer {} }
            for _ in 0..<120 {
                let timer = timers.randomElement(using: &generator)!
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    heap.clear(timer)
                } else {
                    heap.set(timer, to: Instant(nanoseconds: .random(in: 0..<50, using: &generator)))
                }
            }
            let expected = timers.map(\.deadline).filter { $0 != .never }.sorted()
            var taken: [Instant] = []
            while heap.earliest != .never {
                let earliest = heap.earliest
                #expect(heap.takeDue(at: earliest) != nil)
                taken.append(earliest)
            }
            #expect(taken == expected)
        }
    }

    @Test("a timer that is not due stays")
    func notDue() {
        var heap = TimerHeap()
        let timer = Timer {}
        heap.set(timer, to: Instant(nanoseconds: 10))
        #expect(heap.takeDue(at: Instant(nanoseconds: 9)) == nil)
        #expect(heap.takeDue(at: Instant(nanoseconds: 10)) === timer)
        #expect(timer.deadline == .never)
    }

    @Test("setting a timer to never clears it")
    func never() {
        var heap = TimerHeap()
        let timer = Timer {}
        heap.set(timer, to: Instant(nanoseconds: 10))
        heap.set(timer, to: .never)
        #expect(heap.earliest == .never)
    }
}
