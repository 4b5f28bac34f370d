package import QUICLB
package import Transport

/// Which connection each connection ID leads to.
package struct ConnectionTable {
    private struct Entry {
        let connection: Connection
        /// False for what the client made up.
        let isIssued: Bool
    }

    private var byID: [ConnectionID: Entry] = [:]
    private var byNumber: [UInt64: Connection] = [:]
    private var newestNumber: UInt64 = 0
    /// How many of the issued IDs have each codepoint.
    private var issuedCounts = InlineArray<8, Int>(repeating: 0)

    package init() {}

    /// The number of connections.
    package var count: Int { byNumber.count }
    package var connections: some Collection<Connection> { byNumber.values }
    /// What connections are called, in no order.
    package var numbers: some Collection<UInt64> { byNumber.keys }
    package subscript(number number: UInt64) -> Connection? { byNumber[number] }

    package subscript(id: ConnectionID) -> Connection? { byID[id]?.connection }

    /// How many IDs with this codepoint were issued and not retired since.
    package func issuedCount(codepoint: UInt8) -> Int { issuedCounts[Int(codepoint)] }

    /// The connections that have an issued ID with this codepoint.
    package func connections(withIssuedCodepoint codepoint: UInt8) -> [Connection] {
        guard issuedCount(codepoint: codepoint) > 0 else { return [] }
        return connections.filter { connection in
            connection.connectionIDs.contains { id in
                id.codepoint == codepoint && byID[id]?.isIssued == true
            }
        }
    }

    /// Makes `id` lead to `connection`.
    ///
    /// - Parameter isIssued: whether it was made here, not by the client.
    package mutating func add(_ id: ConnectionID, for connection: Connection, isIssued: Bool) {
        forget(id)
        byID[id] = Entry(connection: connection, isIssued: isIssued)
        if isIssued { issuedCounts[Int(id.codepoint)] += 1 }
        connection.connectionIDs.append(id)
    }

    package mutating func remove(_ id: ConnectionID, of connection: Connection) {
        guard byID[id]?.connection === connection else { return }
        forget(id)
        connection.connectionIDs.removeAll { $0 == id }
    }

    /// The peer does not use `id` any more: it counts as issued no longer, and goes with the next `remove`.
    package mutating func retire(_ id: ConnectionID) {
        guard let entry = byID[id], entry.isIssued else { return }
        byID[id] = Entry(connection: entry.connection, isIssued: false)
        issuedCounts[Int(id.codepoint)] -= 1
    }

    private mutating func forget(_ id: ConnectionID) {
        guard let entry = byID.removeValue(forKey: id) else { return }
        if entry.isIssued { issuedCounts[Int(id.codepoint)] -= 1 }
    }

    /// Numbers `connection`, and keeps it until `remove`.
    package mutating func add(_ connection: Connection) {
        newestNumber += 1
        connection.number = newestNumber
        byNumber[connection.number] = connection
    }

    /// Forgets the connection and all its IDs.
    package mutating func remove(_ connection: Connection) {
        for id in connection.connectionIDs where byID[id]?.connection === connection { forget(id) }
        connection.connectionIDs.removeAll()
        byNumber[connection.number] = nil
    }
}
