internal import EventLoop
internal import QUICLB
internal import Transport

/// Connection IDs that their peers do not use any more, until no packet with one can be on its way (RFC 9000 §5.1.2): a
/// binary heap, the one that goes first at its top, as each has its own time.
struct RetiredConnectionIDs {
    private struct Entry {
        let id: ConnectionID
        let connection: Connection
        let end: Instant
    }

    private var entries: [Entry] = []

    /// When the first is to go; `.never` where there is none.
    var earliestEnd: Instant { entries.first?.end ?? .never }

    mutating func append(_ id: ConnectionID, of connection: Connection, until end: Instant) {
        entries.append(Entry(id: id, connection: connection, end: end))
        var index = entries.count - 1
        while index > 0, entries[index].end < entries[(index - 1) / 2].end {
            entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Takes out the first, if its time is over.
    mutating func takeDue(at now: Instant) -> (id: ConnectionID, connection: Connection)? {
        guard let first = entries.first, first.end <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var index = 0
        while let child = earliestChild(of: index), entries[child].end < entries[index].end {
            entries.swapAt(index, child)
            index = child
        }
        return (first.id, first.connection)
    }

    private func earliestChild(of index: Int) -> Int? {
        let (left, right) = (2 * index + 1, 2 * index + 2)
        guard left < entries.count else { return nil }
        return right < entries.count && entries[right].end < entries[left].end ? right : left
    }
}
