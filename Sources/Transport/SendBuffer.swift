internal import CQUICShims

/// A stream's octets on their way out, kept where they are until the peer acknowledges them: ngtcp2 sends them
/// again from there.
struct SendBuffer {
    typealias Vector = ngtcp2_vec

    private let queue: ByteQueue
    /// Where the octets begin that were not sent yet.
    private var cursor = ByteQueue.Cursor()
    /// Octets sent and not acknowledged.
    private var inFlight = 0

    init(pool: BlockPool) {
        queue = ByteQueue(pool: pool)
    }

    /// Octets that the peer has not acknowledged, sent or not.
    var count: Int { queue.count }
    var unsent: Int { queue.count - inFlight }

    func append(_ octets: UnsafeRawBufferPointer) {
        queue.append(octets)
    }

    /// Fills `vectors` with the stretches to send next; returns how many it filled.
    func gather(into vectors: UnsafeMutableBufferPointer<Vector>) -> Int {
        var cursor = cursor
        var filled = 0
        while filled < vectors.count, let stretch = queue.next(&cursor) {
            let base = UnsafeMutableRawPointer(mutating: stretch.baseAddress!)
            vectors[filled] = Vector(base: base.assumingMemoryBound(to: UInt8.self), len: stretch.count)
            filled += 1
        }
        return filled
    }

    /// The first `number` unsent octets were sent.
    mutating func sent(_ number: Int) {
        queue.advance(&cursor, by: number)
        inFlight += number
    }

    /// The first `number` octets in flight were acknowledged.
    mutating func acknowledged(_ number: Int) {
        inFlight -= number
        queue.removeFirst(number)
        // With nothing in flight the cursor is the queue's start, and may stand in a block that is gone.
        if inFlight == 0 { cursor = ByteQueue.Cursor() }
    }

    /// Drops what was not sent; returns how many octets that was.
    func dropUnsent() -> Int {
        let dropped = unsent
        queue.removeLast(dropped)
        return dropped
    }

    mutating func removeAll() {
        queue.removeAll()
        cursor = ByteQueue.Cursor()
        inFlight = 0
    }
}
