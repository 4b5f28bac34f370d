package import Control
internal import EventLoop
package import Linux
package import QUICLB
package import Transport

/// A worker's end of the pool: it takes the datagrams of its sockets to their connections, makes connections of
/// valid first packets, and answers or counts the rest.
///
/// Confined to the loop's thread.
package final class Listener {
    /// Messages that one turn takes from a socket before what they caused is sent.
    private static let batchSize = 32

    let context: TransportContext
    let codec: PoolCodec
    let slot: Slot
    let statelessReset: StatelessReset
    let stats: StatsPage
    var table = ConnectionTable()
    private let limits: ListenerLimits
    private var halfOpen = 0
    private let onConnection: (Connection) -> Void
    private let batch = ReceiveBatch(capacity: batchSize)
    private var sockets: [ListenerSocket] = []
    private var isStopping = false
    var versionNegotiationRate = RateLimit(perSecond: 1000)
    var statelessResetRate = RateLimit(perSecond: 1000)

    /// - Parameters:
    ///   - codec: of the pool's connection IDs.
    ///   - slot: this worker's.
    ///   - onConnection: called when a connection's handshake is complete.
    package init(
        context: TransportContext, codec: PoolCodec, slot: Slot, statelessReset: StatelessReset,
        stats: StatsPage, limits: ListenerLimits, onConnection: @escaping (Connection) -> Void
    ) {
        self.context = context
        self.codec = codec
        self.slot = slot
        self.statelessReset = statelessReset
        self.stats = stats
        self.limits = limits
        self.onConnection = onConnection
    }

    /// Starts to receive on `socket`.
    ///
    /// - Parameter isAdopted: whether another process used it before.
    package func add(_ socket: UDPSocket, isAdopted: Bool) throws(Errno) {
        let socket = ListenerSocket(socket, isAdopted: isAdopted, loop: context.loop) { [unowned self] in
            receive(on: $0)
        }
        try socket.start()
        sockets.append(socket)
    }

    /// Sends what the turn produced. To be called at the end of each turn of the loop.
    package func flush() {
        context.writePending()
        for socket in sockets {
            socket.flush()
            let counts = socket.sendQueue.takeCounts()
            stats.add(.datagramsSent, counts.datagrams)
            stats.add(.octetsSent, counts.octets)
            stats.add(.droppedSendRefused, counts.refused)
            stats.add(.segmentationFallbacks, counts.segmentationFallbacks)
        }
    }

    /// Closes all connections with the application's `code` and takes no new ones.
    package func stop(code: UInt64, reason: String) {
        isStopping = true
        for connection in Array(table.connections) { connection.close(code: code, reason: reason) }
    }

    /// Whether all that was to be sent is with the kernel.
    package var isFlushed: Bool {
        !context.hasPendingWrites && sockets.allSatisfy(\.sendQueue.isEmpty)
    }

    // MARK: Receiving

    private func receive(on socket: ListenerSocket) {
        batch.overflows = socket.knownOverflows
        let count = socket.udp.receive(into: batch)
        for index in 0..<count {
            receive(batch[index], on: socket)
        }
        if count > 0 {
            stats.add(.droppedReceiveQueueFull, socket.takeOverflows(newest: batch.overflows))
        }
    }

    /// Takes a train of datagrams apart. Each is looked up by itself: one client socket may carry many
    /// connections.
    private func receive(_ message: ReceivedMessage, on socket: ListenerSocket) {
        socket.udp.completeLocalAddress(of: message)
        let path = NetworkPath(remote: message.remote, local: message.local)
        let octets = message.octets
        stats.add(.octetsReceived, UInt64(octets.count))
        var start = 0
        repeat {
            let end = min(start + max(1, message.segmentLength), octets.count)
            stats.add(.datagramsReceived)
            let datagram = UnsafeRawBufferPointer(rebasing: octets[start..<end])
            receive(datagram, path: path, ecn: message.ecn, on: socket)
            start = end
        } while start < octets.count
    }

    private func receive(
        _ datagram: UnsafeRawBufferPointer, path: NetworkPath, ecn: UInt8, on socket: ListenerSocket
    ) {
        switch PacketHeader(datagram, shortLength: codec.connectionIDLength) {
        case .short(let destination):
            if let connection = table[destination] {
                deliver(datagram, to: connection, path: path, ecn: ecn, on: socket)
            } else {
                answerUnknown(destination, datagram: datagram, path: path, on: socket)
            }
        case .long(let header):
            if let destination = ConnectionID(header.destination), let connection = table[destination] {
                deliver(datagram, to: connection, path: path, ecn: ecn, on: socket)
            } else {
                receiveFirst(header, datagram: datagram, path: path, ecn: ecn, on: socket)
            }
        case nil:
            stats.add(.droppedMalformedHeader)
        }
    }

    private func deliver(
        _ datagram: UnsafeRawBufferPointer, to connection: Connection, path: NetworkPath, ecn: UInt8,
        on socket: ListenerSocket
    ) {
        // RFC 9000 §9: a client moves, its server's address does not. What it sends elsewhere could not be
        // answered from there.
        guard connection.sendQueue === socket.sendQueue else { return stats.add(.droppedOtherAddress) }
        stats.add(.datagramsDelivered)
        connection.receive(datagram, path: path, ecn: ecn)
    }

    // MARK: Accepting

    /// A long header that belongs to no connection: the first of one, or nothing of use.
    private func receiveFirst(
        _ header: LongHeader, datagram: UnsafeRawBufferPointer, path: NetworkPath, ecn: UInt8,
        on socket: ListenerSocket
    ) {
        guard header.version == QUICVersion.v1 else {
            return negotiateVersion(header, datagram: datagram, path: path, on: socket)
        }
        guard header.isInitial else { return stats.add(.droppedUnknownConnection) }
        // RFC 9000 §14.1
        guard datagram.count >= 1200 else { return stats.add(.droppedShortInitial) }
        // RFC 9000 §7.2: the client's first destination ID has 8 octets at least.
        guard let destination = ConnectionID(header.destination), destination.count >= 8,
            let source = ConnectionID(header.source)
        else { return stats.add(.droppedInvalidInitial) }
        guard !isStopping else { return stats.add(.droppedStopping) }
        guard table.count < limits.connections else { return stats.add(.droppedConnectionLimit) }
        guard halfOpen < limits.halfOpen else { return stats.add(.droppedHalfOpenLimit) }
        guard
            let connection = Connection(
                acceptingVersion: header.version, destination: destination, source: source, path: path,
                context: context, sendQueue: socket.sendQueue, delegate: self)
        else { return stats.add(.droppedInvalidInitial) }
        table.add(connection)
        // The client uses the ID it made up until it hears ours.
        table.add(destination, for: connection)
        connection.receive(datagram, path: path, ecn: ecn)
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
        var id: ConnectionID
        repeat {
            let high = UInt128(context.random.next())
            let nonce = Nonce(
                counter: high << 64 | UInt128(context.random.next()), count: codec.nonceLength)
            id = codec.encode(slot: slot, nonce: nonce, firstOctetBits: 0)
        } while table[id] != nil
        table.add(id, for: connection)
        statelessReset.writeToken(of: id, to: token)
        return id
    }

    package func retireConnectionID(_ id: ConnectionID, of connection: Connection) {
        table.remove(id, of: connection)
    }

    package func handshakeCompleted(_ connection: Connection) {
        stats.add(.handshakesCompleted)
        halfOpen -= 1
        onConnection(connection)
    }

    package func ended(_ connection: Connection) {
        table.remove(connection)
        guard connection.isCounted else { return }
        if !connection.isEstablished { halfOpen -= 1 }
        stats.add(.connectionsClosed)
        stats.subtract(.connectionsCurrent)
    }
}
