package import QUICLB
package import Transport

/// Which connection each connection ID leads to.
package struct ConnectionTable {
    private var byID: [ConnectionID: Connection] = [:]
    private var all: [ObjectIdentifier: Connection] = [:]

    package init() {}

    /// The number of connections.
    package var count: Int { all.count }
    package var connections: some Collection<Connection> { all.values }

    package subscript(id: ConnectionID) -> Connection? { byID[id] }

    /// Makes `id` lead to `connection`.
    package mutating func add(_ id: ConnectionID, for connection: Connection) {
        byID[id] = connection
        connection.connectionIDs.append(id)
    }

    package mutating func remove(_ id: ConnectionID, of connection: Connection) {
        guard byID[id] === connection else { return }
        byID[id] = nil
        connection.connectionIDs.removeAll { $0 == id }
    }

    /// Keeps `connection` until `remove`.
    package mutating func add(_ connection: Connection) {
        all[ObjectIdentifier(connection)] = connection
    }

    /// Forgets the connection and all its IDs.
    package mutating func remove(_ connection: Connection) {
        for id in connection.connectionIDs where byID[id] === connection { byID[id] = nil }
        connection.connectionIDs.removeAll()
        all[ObjectIdentifier(connection)] = nil
    }
}
