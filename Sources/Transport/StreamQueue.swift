/// The streams of a connection that have something to send, in turn. A list through the streams themselves.
struct StreamQueue {
    private(set) var first: Stream?
    private var last: Stream?
    private(set) var count = 0

    /// Adds `stream` at the end unless it is in the queue.
    mutating func append(_ stream: Stream) {
        guard !stream.isQueuedToSend else { return }
        stream.isQueuedToSend = true
        count += 1
        if let last { last.nextToSend = stream } else { first = stream }
        last = stream
    }

    mutating func removeFirst() {
        guard let stream = first else { return }
        count -= 1
        first = stream.nextToSend
        if first == nil { last = nil }
        stream.nextToSend = nil
        stream.isQueuedToSend = false
    }

    /// Gives the next stream its turn.
    mutating func rotate() {
        guard let stream = first, stream.nextToSend != nil else { return }
        removeFirst()
        append(stream)
    }

    mutating func removeAll() {
        while first != nil { removeFirst() }
    }
}
