package import Control
internal import EventLoop
package import Linux
package import TLS
package import Transport

/// A worker's end of the pool: it takes the datagrams of its sockets to their connections, makes connections of
/// valid first packets, hands on what is another worker's, and answers or counts the rest.
///
/// Confined to the loop's thread.
package final class Listener {
    let context: TransportContext
    var ids: ConnectionIDs
    var routing: Routing
    var statelessReset: StatelessReset
    private(set) var options: ListenerOptions
    let stats: StatsPage
    let report: (WorkerMessage) -> Void
    let onConnection: (Connection) -> Void
    let batch: ReceiveBatch
    var table = ConnectionTable()
    var retiredIDs = RetiredConnectionIDs()
    lazy var retirementTimer = Timer { [unowned self] in removeRetiredIDs() }
    var admission: Admission
    var validation: AddressValidation
    var proof: AddressProof
    let statelessPackets = StatelessPackets()
    var sockets: [ListenerSocket] = []
    var forwarder: Forwarder?
    var isStopping = false
    /// Whether to say `drained` when there is no connection, and not before when.
    var owesDrained = false
    var lingerEnd = Instant(nanoseconds: 0)
    lazy var lingerTimer = Timer { [unowned self] in reportDrained() }
    var listing: ConnectionListing?
    var versionNegotiationRate = RateLimit(perSecond: 1000)
    var statelessResetRate = RateLimit(perSecond: 1000)
    var refusalRate = RateLimit(perSecond: 1000)

    /// - Parameters:
    ///   - pool: where all slots' connections are counted.
    ///   - report: told what the supervisor is to know.
    ///   - onConnection: called when a connection's handshake is complete.
    package init(
        context: TransportContext, ids: ConnectionIDs, routing: Routing, secrets: PoolSecrets,
        options: ListenerOptions, stats: StatsPage, pool: PoolPage,
        report: @escaping (WorkerMessage) -> Void, onConnection: @escaping (Connection) -> Void
    ) {
        self.context = context
        self.ids = ids
        self.routing = routing
        statelessReset = StatelessReset(secret: secrets.resetSecret)
        self.options = options
        self.stats = stats
        // First packets may be longer than their clients are told in answer to them that packets may be.
        let longestDatagram = max(2048, options.transport.maximumUDPPayload)
        batch = ReceiveBatch(
            capacity: Int(options.sockets.batchSize), receivesTrains: options.sockets.receivesTrains,
            datagramLength: Int(longestDatagram))
        admission = Admission(options.limits, slot: routing.slot, pool: pool)
        validation = AddressValidation(options.validation)
        let sealer = TokenSealer(keys: secrets.tokenKeys, random: context.random.next())
        proof = AddressProof(options.validation, sealer: sealer)
        self.report = report
        self.onConnection = onConnection
    }

    /// Uses these secrets from now on.
    package func use(_ secrets: PoolSecrets) throws(TLSError) {
        try context.setTicketKeys(secrets.ticketKeys)
        statelessReset = StatelessReset(secret: secrets.resetSecret)
        proof.sealer.setKeys(secrets.tokenKeys)
    }

    /// Takes on connections by these options from now on.
    ///
    /// - Precondition: the sockets' are as before.
    package func use(_ options: ListenerOptions, tls: ServerContext, settings: TransportSettings) {
        precondition(options.sockets == self.options.sockets, "the sockets are set up")
        self.options = options
        context.use(tls, settings)
        admission.limits = options.limits
        validation = AddressValidation(options.validation)
        proof.use(options.validation)
    }

    /// Starts to receive on `socket`, of the pool's next address.
    ///
    /// - Parameters:
    ///   - isAdopted: whether another process used it before.
    ///   - isPreferred: whether clients are to go on there once they are connected.
    package func add(_ socket: UDPSocket, isAdopted: Bool, isPreferred: Bool = false) throws(Errno) {
        let index = UInt16(sockets.count)
        let socket = ListenerSocket(
            socket, addressIndex: index, isAdopted: isAdopted, options: options.sockets, loop: context.loop
        ) { [unowned self] in
            _ = receive(on: $0)
        }
        try socket.start()
        sockets.append(socket)
        if isPreferred { context.prefer(socket.udp.localAddress, queue: socket.sendQueue) }
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
        forwarder?.flush()
    }

    /// Closes all connections with the application's `code` and takes no new ones.
    package func stop(code: UInt64, reason: String) {
        isStopping = true
        for connection in Array(table.connections) { connection.close(code: code, reason: reason) }
    }

    /// What the sockets are bound to.
    package var localAddresses: [SocketAddress] { sockets.map(\.udp.localAddress) }

    /// The connections, those in their handshake and those that are closing included.
    package var connections: [Connection] { Array(table.connections) }

    /// Whether no connection is left, closing ones included.
    package var hasNoConnection: Bool { table.count == 0 }

    /// Whether all that was to be sent is with the kernel.
    package var isFlushed: Bool {
        !context.hasPendingWrites && sockets.allSatisfy(\.sendQueue.isEmpty) && forwarder?.isEmpty ?? true
    }
}
