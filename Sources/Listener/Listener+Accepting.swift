private import Control
private import EventLoop
private import Linux
package import QUICLB
package import Transport

// From first packets to connections.
extension Listener {
    /// An Initial that belongs to no connection here.
    ///
    /// - Parameter owner: the slot that its connection ID encodes.
    func receiveFirst(
        _ header: LongHeader, _ destination: ConnectionID, owner: Slot?, _ datagram: IncomingDatagram
    ) {
        // RFC 9000 §14.1
        guard datagram.octets.count >= 1200 else { return stats.add(.droppedShortInitial) }
        // RFC 9000 §7.2: the client's first destination ID has 8 octets at least.
        guard destination.count >= 8, let source = ConnectionID(header.source) else {
            return stats.add(.droppedInvalidInitial)
        }
        guard !isStopping else { return stats.add(.droppedStopping) }
        switch routing.verdict(forInitial: destination, owner: owner, datagram.arrival) {
        case .keep: accept(header, destination, source, datagram)
        case .forward(let owner): forward(datagram, to: owner)
        case .drop(let counter): stats.add(counter)
        }
    }

    private func accept(
        _ header: LongHeader, _ destination: ConnectionID, _ source: ConnectionID,
        _ datagram: IncomingDatagram
    ) {
        guard table.count < limits.connections else { return stats.add(.droppedConnectionLimit) }
        guard halfOpen < limits.halfOpen else { return stats.add(.droppedHalfOpenLimit) }
        guard
            let connection = Connection(
                acceptingVersion: header.version, destination: destination, source: source,
                path: datagram.path, context: context, sendQueue: datagram.socket.sendQueue, delegate: self)
        else { return stats.add(.droppedInvalidInitial) }
        table.add(connection)
        // The client uses the ID it made up until it hears ours.
        table.add(destination, for: connection, isIssued: false)
        connection.receive(datagram.octets, path: datagram.path, ecn: datagram.ecn)
        // What was not protected with the keys of its connection ID has ended the connection at once.
        guard !connection.hasEnded else { return stats.add(.droppedInvalidInitial) }
        count(connection)
    }

    private func count(_ connection: Connection) {
        connection.isCounted = true
        stats.add(.datagramsDelivered)
        stats.add(.connectionsAccepted)
        stats.add(.connectionsCurrent)
        halfOpen += 1
    }
}

extension Listener: ConnectionDelegate {
    package func issueConnectionID(
        for connection: Connection, resetToken token: UnsafeMutableRawBufferPointer
    ) -> ConnectionID {
        let id = issueConnectionID(for: connection)
        statelessReset.writeToken(of: id, to: token)
        return id
    }

    package func retireConnectionID(_ id: ConnectionID, of connection: Connection) {
        table.remove(id, of: connection)
        reportUnused()
    }

    package func handshakeCompleted(_ connection: Connection) {
        stats.add(.handshakesCompleted)
        halfOpen -= 1
        onConnection(connection)
    }

    package func ended(_ connection: Connection) {
        table.remove(connection)
        if connection.isCounted { uncount(connection) }
        reportUnused()
        reportDrained()
    }

    private func uncount(_ connection: Connection) {
        if !connection.isEstablished { halfOpen -= 1 }
        stats.add(.connectionsClosed)
        stats.subtract(.connectionsCurrent)
    }
}
