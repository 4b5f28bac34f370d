package import EventLoop
package import Linux
package import TLS
package import Transport

/// Connections to servers, and what they share. Confined to the loop's thread.
package final class Client {
    /// Messages that one turn takes from a socket.
    private static let batchSize = 8

    let context: TransportContext
    let tls: ClientContext
    let batch = ReceiveBatch(capacity: batchSize)
    /// Those that have not ended.
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    /// Sockets with something to send.
    private var waiting: [LoopSocket] = []
    private var flushing: EndOfTurnHook!

    /// - Parameter trace: given each line of the connections' event trace.
    package init(
        loop: EventLoop, tls: ClientContext, settings: TransportSettings, trace: ((String) -> Void)? = nil
    ) {
        context = TransportContext(loop: loop, random: RandomSource(), settings: settings)
        context.trace = trace
        self.tls = tls
        flushing = loop.addEndOfTurnHook { [unowned self] in flush() }
    }

    deinit {
        context.loop.remove(flushing)
    }

    /// Begins a connection, from a socket of its own.
    ///
    /// - Parameters:
    ///   - name: a host name or an IP address that the server's certificate has to be for.
    ///   - resumption: what an earlier connection left.
    package func connect(
        to address: SocketAddress, named name: String, resuming resumption: Resumption = Resumption()
    ) throws -> ClientConnection {
        let connection = try ClientConnection(
            to: address, named: name, resuming: resumption, of: self)
        connections[ObjectIdentifier(connection)] = connection
        return connection
    }

    func ended(_ connection: ClientConnection) {
        connections[ObjectIdentifier(connection)] = nil
    }

    private func flush() {
        context.writePending()
        for socket in waiting { socket.flush() }
        waiting.removeAll(keepingCapacity: true)
    }

    func hasSomethingToSend(_ socket: LoopSocket) {
        waiting.append(socket)
    }
}
