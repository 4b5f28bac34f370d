internal import CLinux
private import Control
private import EventLoop
package import Linux
package import QUICLB
private import TLS
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
        guard destination.count >= 8, let source = ConnectionID(header.source), let token = header.token
        else { return stats.add(.droppedInvalidInitial) }
        let packet = FirstPacket(
            version: header.version, destination: destination, source: source, token: nil)
        if isStopping { return refuse(packet, datagram, for: .refusedStopping) }
        switch routing.verdict(forInitial: destination, owner: owner, datagram.arrival) {
        case .keep: admit(packet, token: token, isOurs: owner != nil, datagram)
        case .forward(let owner): forward(datagram, to: owner)
        case .drop(.refusedStopping): refuse(packet, datagram, for: .refusedStopping)
        case .drop(let counter): stats.add(counter)
        }
    }

    /// Makes a connection of an Initial, unless its sender has to show first that it has this address, or there are too
    /// many.
    private func admit(
        _ packet: FirstPacket, token: UnsafeRawBufferPointer, isOurs: Bool, _ datagram: IncomingDatagram
    ) {
        let address = datagram.path.remote.pointee
        switch proof.verdict(
            on: token, from: address, destination: packet.destination, isOurs: isOurs, at: .now)
        {
        case .valid(let token, let nonce):
            let proven = FirstPacket(
                version: packet.version, destination: packet.destination, source: packet.source, token: token)
            if accept(proven, datagram) { proof.use(token, nonce, at: context.loop.now) }
        case .none:
            if validation.asks(halfOpen: admission.halfOpen, at: context.loop.now) {
                return sendRetry(packet, datagram)
            }
            _ = accept(packet, datagram)
        // RFC 9000 §8.1.2
        case .invalid: refuse(packet, datagram, for: .refusedInvalidToken, error: .invalidToken)
        case .used: stats.add(.droppedReplayedToken)
        }
    }

    private func accept(_ packet: FirstPacket, _ datagram: IncomingDatagram) -> Bool {
        let address = datagram.path.remote.pointee
        if let obstacle = admission.obstacle(from: address) {
            refuse(packet, datagram, for: obstacle)
            return false
        }
        guard
            let connection = Connection(
                accepting: packet, path: datagram.path, context: context, delegate: self)
        else {
            stats.add(.droppedInvalidInitial)
            return false
        }
        table.add(connection)
        // The client uses the ID it made up, or had from a Retry, until it hears the connection's.
        table.add(packet.destination, for: connection, isIssued: false)
        connection.receive(datagram.octets, path: datagram.path, ecn: datagram.ecn)
        // What was not protected with the keys of its connection ID has ended the connection at once.
        guard !connection.hasEnded else {
            stats.add(.droppedInvalidInitial)
            return false
        }
        count(connection, from: address)
        return true
    }

    private func count(_ connection: Connection, from address: clinux_address) {
        connection.network = admission.accepted(from: address)
        stats.add(.datagramsDelivered)
        stats.add(.connectionsAccepted)
        stats.add(.connectionsCurrent)
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
        table.retire(id)
        // Three PTO in all: ngtcp2 has waited for one already.
        retiredIDs.append(id, of: connection, until: context.loop.now + connection.probeTimeout * 2)
        context.loop.set(retirementTimer, to: retiredIDs.earliestEnd)
        reportUnused()
    }

    func removeRetiredIDs() {
        while let (id, connection) = retiredIDs.takeDue(at: context.loop.now) {
            table.remove(id, of: connection)
        }
        context.loop.set(retirementTimer, to: retiredIDs.earliestEnd)
    }

    package func handshakeCompleted(_ connection: Connection) {
        stats.add(.handshakesCompleted)
        stats.observe(.handshakeTime, connection.openTime)
        admission.established()
        sendToken(for: connection.remoteAddress, on: connection)
        connection.isGoingAway = owesDrained
        onConnection(connection)
    }

    package func validated(_ address: SocketAddress, of connection: Connection) {
        sendToken(for: address, on: connection)
    }

    package func ended(_ connection: Connection) {
        table.remove(connection)
        if let network = connection.network { uncount(connection, network) }
        reportUnused()
        reportDrained()
    }

    private func uncount(_ connection: Connection, _ network: ClientNetwork) {
        admission.ended(network, wasEstablished: connection.isEstablished)
        stats.add(.connectionsClosed)
        stats.subtract(.connectionsCurrent)
        stats.observe(.connectionAge, connection.openTime)
    }
}
