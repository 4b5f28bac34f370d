/// Octets in order, appended at one end and removed at the other, in blocks that do not move. An empty queue
/// holds no memory.
final class ByteQueue {
    private let pool: BlockPool
    private var first: Block?
    private var last: Block?
    /// Where the octets begin in the first block, and end in the last.
    private var head = 0
    private var tail = BlockPool.payload
    private(set) var count = 0

    init(pool: BlockPool) {
        self.pool = pool
    }

    deinit {
        removeAll()
    }

    var isEmpty: Bool { count == 0 }

    func append(_ octets: UnsafeRawBufferPointer) {
        var left = octets
        while !left.isEmpty {
            if tail == BlockPool.payload { addBlock() }
            let part = min(left.count, BlockPool.payload - tail)
            (last!.payload + tail).copyMemory(from: left.baseAddress!, byteCount: part)
            tail += part
            count += part
            left = UnsafeRawBufferPointer(rebasing: left[part...])
        }
    }

    /// Moves up to `destination.count` octets out of the queue; returns how many.
    func remove(into destination: UnsafeMutableRawBufferPointer) -> Int {
        var copied = 0
        while copied < destination.count, let block = first, count > 0 {
            let part = min(destination.count - copied, lengthOfFirst)
            (destination.baseAddress! + copied).copyMemory(from: block.payload + head, byteCount: part)
            copied += part
            removeFirst(part)
        }
        return copied
    }

    /// Drops the first `number` octets.
    func removeFirst(_ number: Int) {
        precondition(number <= count, "more octets removed than queued")
        var left = number
        while left > 0 {
            let part = min(left, lengthOfFirst)
            head += part
            count -= part
            left -= part
            if head == BlockPool.payload || count == 0 { dropFirstBlock() }
        }
    }

    /// Drops the last `number` octets.
    func removeLast(_ number: Int) {
        precondition(number <= count, "more octets removed than queued")
        guard number < count else { return removeAll() }
        var cursor = Cursor()
        advance(&cursor, by: count - number)
        last = cursor.block
        tail = cursor.offset
        count -= number
        var dropped = last?.next
        last?.next = nil
        while let block = dropped {
            dropped = block.next
            pool.give(block)
        }
    }

    func removeAll() {
        removeFirst(count)
    }

    /// The stretch of octets that begins at `cursor`, which moves to its end; nil at the end of the queue.
    func next(_ cursor: inout Cursor) -> UnsafeRawBufferPointer? {
        if cursor.block == nil {
            cursor = Cursor(block: first, offset: head)
        } else if cursor.offset == BlockPool.payload {
            cursor = Cursor(block: cursor.block?.next, offset: 0)
        }
        guard let block = cursor.block else { return nil }
        let end = block == last ? tail : BlockPool.payload
        guard cursor.offset < end else { return nil }
        defer { cursor.offset = end }
        return UnsafeRawBufferPointer(start: block.payload + cursor.offset, count: end - cursor.offset)
    }

    /// Moves `cursor` on by `number` octets, which the queue holds.
    func advance(_ cursor: inout Cursor, by number: Int) {
        var left = number
        while left > 0 {
            var end = cursor
            guard let stretch = next(&end) else { preconditionFailure("cursor moved past the end") }
            if stretch.count > left {
                cursor = Cursor(block: end.block, offset: end.offset - (stretch.count - left))
                return
            }
            cursor = end
            left -= stretch.count
        }
    }

    /// A place in the queue, valid until the octets before it and its block are removed.
    struct Cursor {
        fileprivate(set) var block: Block?
        fileprivate(set) var offset = 0
    }

    private var lengthOfFirst: Int {
        (first == last ? tail : BlockPool.payload) - head
    }

    private func addBlock() {
        let block = pool.take()
        if let last { last.next = block } else { first = block }
        last = block
        tail = 0
    }

    private func dropFirstBlock() {
        guard let block = first else { return }
        first = block.next
        pool.give(block)
        head = 0
        if first == nil {
            last = nil
            tail = BlockPool.payload
        }
    }
}
