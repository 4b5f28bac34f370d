/// A deadline with an action, set and cleared as often as wanted; made once, so that setting allocates
/// nothing. Confined to the thread of its loop.
package final class Timer {
    /// When it fires; `never` while it is not set.
    package fileprivate(set) var deadline = Instant.never
    fileprivate var heapIndex = -1
    let action: () -> Void

    package init(_ action: @escaping () -> Void) {
        self.action = action
    }
}

/// The timers that are set, the earliest first: a binary heap in which each timer knows its place.
struct TimerHeap {
    private var timers: [Timer] = []

    var earliest: Instant { timers.first?.deadline ?? .never }

    mutating func set(_ timer: Timer, to deadline: Instant) {
        guard deadline != .never else { return clear(timer) }
        timer.deadline = deadline
        if timer.heapIndex < 0 {
            timer.heapIndex = timers.count
            timers.append(timer)
        }
        siftDown(siftUp(timer.heapIndex))
    }

    mutating func clear(_ timer: Timer) {
        let index = timer.heapIndex
        guard index >= 0 else { return }
        timer.heapIndex = -1
        timer.deadline = .never
        let last = timers.removeLast()
        guard index < timers.count else { return }
        place(last, at: index)
        siftDown(siftUp(index))
    }

    /// Takes out the earliest timer if it is due at `now`.
    mutating func takeDue(at now: Instant) -> Timer? {
        guard let first = timers.first, first.deadline <= now else { return nil }
        clear(first)
        return first
    }

    private mutating func place(_ timer: Timer, at index: Int) {
        timers[index] = timer
        timer.heapIndex = index
    }

    private mutating func siftUp(_ start: Int) -> Int {
        var index = start
        let timer = timers[index]
        while index > 0 {
            let parent = (index - 1) / 2
            guard timer.deadline < timers[parent].deadline else { break }
            place(timers[parent], at: index)
            index = parent
        }
        place(timer, at: index)
        return index
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        let timer = timers[index]
        while true {
            var child = 2 * index + 1
            guard child < timers.count else { break }
            if child + 1 < timers.count, timers[child + 1].deadline < timers[child].deadline { child += 1 }
            guard timers[child].deadline < timer.deadline else { break }
            place(timers[child], at: index)
            index = child
        }
        place(timer, at: index)
    }
}
