package import Linux
package import QUICLB

/// How many connections each slot has, in memory that all workers of the pool share: so that each knows how many the
/// pool has. A slot's worker writes its own place; the supervisor clears that of one that is gone.
///
/// A view, free to copy: it holds a pointer into a `SharedMemory` that outlives it.
package struct PoolPage: @unchecked Sendable {
    // Unchecked: each word has one writer; readers take it as it is.

    /// The size of the memory, in octets: a 64-bit word a slot.
    package static let size = 256 * MemoryLayout<UInt64>.stride

    private let words: UnsafeMutableBufferPointer<UInt64>

    package init(in memory: borrowing SharedMemory) {
        precondition(memory.bytes.count == Self.size, "not a pool's page")
        words = memory.bytes.bindMemory(to: UInt64.self)
    }

    package static func makeMemory() throws(Errno) -> SharedMemory {
        try SharedMemory(creating: "drover-pool", size: size)
    }

    /// The connections of a slot.
    package subscript(slot: Slot) -> UInt64 {
        get { words[Int(slot.rawValue)] }
        nonmutating set { words[Int(slot.rawValue)] = newValue }
    }

    /// The connections of all slots.
    package var connections: UInt64 { words.reduce(0, &+) }
}
