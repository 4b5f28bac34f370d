package import Linux

/// The counters, the histograms and the heartbeat of a slot, in a page of memory that the worker writes and the supervisor
/// reads without asking it.
///
/// A view, free to copy: it holds a pointer into a `SharedMemory` that outlives it. One thread writes; a
/// 64-bit aligned load sees each counter whole.
///
/// ```
/// word 0: layout version   1: heartbeat, nanoseconds of the monotonic clock   8…255: the counters
/// 256…511: the histograms
/// ```
@usableFromInline
package struct StatsPage: @unchecked Sendable {
    // Unchecked: one process, on one thread, writes; readers take each word as it is.

    /// The size of the memory, in octets.
    package static let size = 4096

    private static let layoutVersion: UInt64 = 1
    private static let heartbeatIndex = 1
    @inlinable static var firstCounterIndex: Int { 8 }

    @usableFromInline let words: UnsafeMutablePointer<UInt64>

    /// Lays out memory that is new.
    package init(initializing memory: borrowing SharedMemory) {
        words = Self.words(of: memory)
        words[0] = Self.layoutVersion
    }

    /// Opens a page that another process laid out; nil where it has another layout.
    package init?(opening memory: borrowing SharedMemory) {
        words = Self.words(of: memory)
        guard words[0] == Self.layoutVersion else { return nil }
    }

    private static func words(of memory: borrowing SharedMemory) -> UnsafeMutablePointer<UInt64> {
        precondition(memory.bytes.count == size, "not a stats page")
        return memory.bytes.baseAddress!.bindMemory(to: UInt64.self, capacity: size / 8)
    }

    /// Makes the memory of a page.
    package static func makeMemory(name: String) throws(Errno) -> SharedMemory {
        try SharedMemory(creating: name, size: size)
    }

    /// Adds to a counter: one load, one add and one store.
    @inlinable @inline(__always)
    package func add(_ counter: Counter, _ amount: UInt64 = 1) {
        words[Self.firstCounterIndex + counter.rawValue] &+= amount
    }

    /// Takes from a counter of what is now, as `connectionsCurrent`.
    @inlinable @inline(__always)
    package func subtract(_ counter: Counter, _ amount: UInt64 = 1) {
        words[Self.firstCounterIndex + counter.rawValue] &-= amount
    }

    /// Reads a counter, or sets it.
    package subscript(counter: Counter) -> UInt64 {
        get { words[Self.firstCounterIndex + counter.rawValue] }
        nonmutating set { words[Self.firstCounterIndex + counter.rawValue] = newValue }
    }

    /// When the worker's loop last turned, in nanoseconds of the monotonic clock; 0 before the first time.
    package var heartbeat: UInt64 {
        get { words[Self.heartbeatIndex] }
        nonmutating set { words[Self.heartbeatIndex] = newValue }
    }
}
