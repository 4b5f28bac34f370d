/// Fixed-size blocks of stable memory for stream data, kept for use again. One serves all connections of a
/// worker.
final class BlockPool {
    /// Octets of payload in a block.
    static let payload = size - MemoryLayout<UnsafeMutableRawPointer?>.stride
    private static let size = 4096
    /// Free blocks kept for use again, 4 MiB in all; more go back to the allocator.
    private static let maximumFree = 1024

    private var free: Block?
    private var freeCount = 0

    deinit {
        while let block = free {
            free = block.next
            block.address.deallocate()
        }
    }

    func take() -> Block {
        guard let block = free else {
            return Block(address: .allocate(byteCount: Self.size, alignment: 16))
        }
        free = block.next
        freeCount -= 1
        block.next = nil
        return block
    }

    func give(_ block: consuming Block) {
        guard freeCount < Self.maximumFree else { return block.address.deallocate() }
        block.next = free
        free = block
        freeCount += 1
    }
}

/// One block: a link to the next, then the payload. Whoever holds it gives it back to its pool.
struct Block: Equatable {
    let address: UnsafeMutableRawPointer

    init(address: UnsafeMutableRawPointer) {
        self.address = address
        next = nil
    }

    var next: Block? {
        get {
            address.load(as: UnsafeMutableRawPointer?.self).map { Block(existing: $0) }
        }
        nonmutating set {
            address.storeBytes(of: newValue?.address, as: UnsafeMutableRawPointer?.self)
        }
    }

    var payload: UnsafeMutableRawPointer { address + MemoryLayout<UnsafeMutableRawPointer?>.stride }

    private init(existing address: UnsafeMutableRawPointer) {
        self.address = address
    }
}
