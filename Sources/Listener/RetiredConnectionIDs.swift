internal import EventLoop
internal import QUICLB
internal import Transport

/// Connection IDs that their peers do not use any more, until no packet with one can be on its way (RFC 9000 §5.1.2).
///
/// In the order in which they were retired: one that has longer to go holds up those behind it.
struct RetiredConnectionIDs {
    private struct Entry {
        let id: ConnectionID
        let connection: Connection
        let end: Instant
    }

    private var entries: [Entry] = []
    /// Where the first is.
    private var head = 0

    /// When the first is to go; `.never` where there is none.
    var earliestEnd: Instant { head < entries.count ? entries[head].end : .never }

    mutating func append(_ id: ConnectionID, of connection: Connection, until end: Instant) {
        entries.append(Entry(id: id, connection: connection, end: end))
    }

    /// Takes out the first, if its time is over.
    mutating func takeDue(at now: Instant) -> (id: ConnectionID, connection: Connection)? {
        guard earliestEnd <= now else { return nil }
        let first = entries[head]
        head += 1
        // Seldom enough that removal costs a constant time.
        if 2 * head >= entries.count {
            entries.removeFirst(head)
            head = 0
        }
        return (first.id, first.connection)
    }
}
