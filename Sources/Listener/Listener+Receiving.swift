private import Control
internal import Linux
internal import QUICLB
internal import Transport

// From sockets to connections.
extension Listener {
    /// Takes a batch from the socket.
    ///
    /// - Returns: whether there was something.
    func receive(on socket: ListenerSocket) -> Bool {
        batch.overflows = socket.knownOverflows
        let count = socket.udp.receive(into: batch)
        for index in 0..<count {
            receive(batch[index], on: socket)
        }
        if count > 0 {
            stats.add(.droppedReceiveQueueFull, socket.takeOverflows(newest: batch.overflows))
        }
        return count > 0
    }

    /// Takes a train of datagrams apart. Each is looked up by itself: one client socket may carry many
    /// connections.
    private func receive(_ message: ReceivedMessage, on socket: ListenerSocket) {
        socket.udp.completeLocalAddress(of: message)
        let path = NetworkPath(remote: message.remote, local: message.local, queue: socket.sendQueue)
        stats.add(.octetsReceived, UInt64(message.octets.count))
        message.forEachDatagram { octets, isFirst in
            stats.add(.datagramsReceived)
            receive(
                IncomingDatagram(
                    octets: octets, path: path, ecn: message.ecn, arrival: isFirst ? .steered : .inTrain,
                    socket: socket))
        }
    }

    func receive(_ datagram: IncomingDatagram) {
        switch PacketHeader(datagram.octets, shortLength: ids.shortLength(of: datagram.octets)) {
        case .short(let destination):
            if let connection = table[destination] {
                deliver(datagram, to: connection)
            } else {
                receiveUnknown(destination, datagram)
            }
        case .long(let header):
            if let destination = ConnectionID(header.destination), let connection = table[destination] {
                deliver(datagram, to: connection)
            } else {
                receiveUnknown(header, datagram)
            }
        case nil:
            stats.add(.droppedMalformedHeader)
        }
    }

    private func deliver(_ datagram: IncomingDatagram, to connection: Connection) {
        guard connection.listens(on: datagram.socket.sendQueue) else {
            return stats.add(.droppedOtherAddress)
        }
        stats.add(.datagramsDelivered)
        connection.receive(datagram.octets, path: datagram.path, ecn: datagram.ecn)
    }

    /// A short header that belongs to no connection here. Where this slot could have issued its ID, the peer learns
    /// that its connection is gone.
    private func receiveUnknown(_ destination: ConnectionID, _ datagram: IncomingDatagram) {
        guard let owner = ids.slot(of: destination) else { return stats.add(.droppedForeignServerID) }
        switch routing.verdict(forSlot: owner, datagram.arrival) {
        case .keep: reset(destination, datagram)
        case .forward(let owner): forward(datagram, to: owner)
        case .drop(let counter): stats.add(counter)
        }
    }

    /// A long header that belongs to no connection here: the first of one, another worker's, or nothing of use.
    private func receiveUnknown(_ header: LongHeader, _ datagram: IncomingDatagram) {
        guard header.version == QUICVersion.v1 else { return negotiateVersion(header, datagram) }
        guard let destination = ConnectionID(header.destination) else {
            return stats.add(.droppedInvalidInitial)
        }
        let owner = ids.slot(of: destination)
        if header.isInitial { return receiveFirst(header, destination, owner: owner, datagram) }
        switch owner.map({ routing.verdict(forSlot: $0, datagram.arrival) }) {
        case .keep, nil: stats.add(.droppedUnknownConnection)
        case .forward(let owner): forward(datagram, to: owner)
        case .drop(let counter): stats.add(counter)
        }
    }
}
