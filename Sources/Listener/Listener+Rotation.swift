package import Control
package import QUICLB
internal import Transport

// What connection IDs are made by, and of.
extension Listener {
    /// Makes connection IDs by `configuration` from now on, and replaces those that connections have.
    ///
    /// - Throws: where its codepoint is in use, or it cannot be used along with the others.
    package func rotate(
        to configuration: Configuration, nonces: NonceRange
    ) throws(ConfigurationError) {
        try ids.rotate(to: configuration, nonces: nonces)
        for connection in Array(table.connections) { connection.replaceConnectionIDs() }
        reportUnused()
    }

    /// Takes more nonces for the configuration with this ID.
    package func add(_ nonces: NonceRange, for id: ConfigurationID) {
        // Those asked for before a rotation are of no use after it.
        guard id == ids.newest else { return }
        ids.issuer.add(nonces)
        for connection in table.connections(withIssuedCodepoint: ConfigurationID.unroutable) {
            connection.replaceConnectionIDs()
        }
    }

    /// Forgets a former configuration: connections that still use it are closed.
    package func drop(_ id: ConfigurationID) {
        for connection in table.connections(withIssuedCodepoint: id.rawValue) {
            connection.close(code: 0, reason: "its connection IDs are out of use")
        }
        ids.drop(id)
    }

    /// Tells of each former configuration once when no ID of it is left. Those of a connection that is closing
    /// count, as its peer may still ask: they go with it, within ten seconds.
    package func reportUnused() {
        for id in ids.takeUnused(where: { table.issuedCount(codepoint: $0.rawValue) == 0 }) {
            report(.unused(id))
        }
    }

    func issueConnectionID(for connection: Connection) -> ConnectionID {
        let id = makeConnectionID()
        table.add(id, for: connection, isIssued: true)
        return id
    }

    /// A connection ID of this slot's that no connection has.
    func makeConnectionID() -> ConnectionID {
        var (id, random) = (ConnectionID(), context.random)
        repeat { id = ids.issuer.next(using: &random) } while table[id] != nil
        if id.codepoint == ConfigurationID.unroutable { stats.add(.unroutableIDsIssued) }
        if ids.issuer.asksForNonces() { report(.needsNonces(ids.newest)) }
        return id
    }
}
