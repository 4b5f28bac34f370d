package import Control
internal import EventLoop
package import Linux
package import Transport

/// A worker's end of the pool: it takes the datagrams of its sockets to their connections, makes connections of
/// valid first packets, hands on what is another worker's, and answers or counts the rest.
///
/// Confined to the loop's thread.
package final class Listener {
    let context: TransportContext
    var ids: ConnectionIDs
    var routing: Routing
    let statelessReset: StatelessReset
    let stats: StatsPage
    let limits: ListenerLimits
    let report: (WorkerMessage) -> Void
    let onConnection: (Connection) -> Void
    let batch = ReceiveBatch(capacity: batchSize)
    var table = ConnectionTable()
    var sockets: [ListenerSocket] = []
    var forwarder: Forwarder?
    var halfOpen = 0
    var isStopping = false
    /// Whether to say `drained` when there is no connection.
    var owesDrained = false
    var versionNegotiationRate = RateLimit(perSecond: 1000)
    var statelessResetRate = RateLimit(perSecond: 1000)

    /// Messages that one turn takes from a socket before what they caused is sent.
    private static let batchSize = 32

    /// - Parameters:
    ///   - report: told what the supervisor is to know.
    ///   - onConnection: called when a connection's handshake is complete.
    package init(
        context: TransportContext, ids: ConnectionIDs, routing: Routing, statelessReset: StatelessReset,
        stats: StatsPage, limits: ListenerLimits,
        report: @escaping (WorkerMessage) -> Void, onConnection: @escaping (Connection) -> Void
    ) {
        self.context = context
        self.ids = ids
        self.routing = routing
        self.statelessReset = statelessReset
        self.stats = stats
        self.limits = limits
        self.report = report
        self.onConnection = onConnection
    }

    /// Starts to receive on `socket`, of the pool's next address.
    ///
    /// - Parameter isAdopted: whether another process used it before.
    package func add(_ socket: UDPSocket, isAdopted: Bool) throws(Errno) {
        let index = UInt16(sockets.count)
        let socket = ListenerSocket(socket, addressIndex: index, isAdopted: isAdopted, loop: context.loop) {
            [unowned self] in
            _ = receive(on: $0)
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
        forwarder?.flush()
    }

    /// Closes all connections with the application's `code` and takes no new ones.
    package func stop(code: UInt64, reason: String) {
        isStopping = true
        for connection in Array(table.connections) { connection.close(code: code, reason: reason) }
    }

    /// Whether all that was to be sent is with the kernel.
    package var isFlushed: Bool {
        !context.hasPendingWrites && sockets.allSatisfy(\.sendQueue.isEmpty) && forwarder?.isEmpty ?? true
    }
}
