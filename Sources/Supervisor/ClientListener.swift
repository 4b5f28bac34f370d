import EventLoop
import Linux
import Logging

/// One connection that a `ClientListener` took. It says itself when it has ended.
protocol ListenerClient: AnyObject {
    func start() throws(Errno)
    /// Ends the connection without a word.
    func close()
}

/// Takes connections from a listening socket and keeps a client for each until it ends, so many at a time at most; more
/// wait to be accepted. Confined to the loop's thread, it never waits.
final class ClientListener<Client: ListenerClient> {
    /// A client of a connection, which is to call the closure when it has ended.
    typealias Maker = (consuming StreamSocket, @escaping (Client) -> Void) -> Client

    private let name: String
    private let socket: StreamSocket
    private let maximumClients: Int
    private let loop: EventLoop
    private let log: Logger
    private let makeClient: Maker
    private var source: EventSource!
    private var clients: [ObjectIdentifier: Client] = [:]

    /// - Parameter name: what it is, for reports.
    init(
        _ name: String, _ socket: consuming StreamSocket, maximumClients: Int, loop: EventLoop, log: Logger,
        makeClient: @escaping Maker
    ) throws(Errno) {
        self.name = name
        self.socket = socket
        self.maximumClients = maximumClients
        self.loop = loop
        self.log = log
        self.makeClient = makeClient
        source = EventSource(fileDescriptor: self.socket.rawValue) { [unowned self] _ in accept() }
        try loop.add(source, for: .readable)
    }

    /// Takes no more connections, and ends those that are there.
    func close() {
        loop.remove(source)
        for client in clients.values { client.close() }
    }

    var descriptor: Int32 { socket.rawValue }

    /// A client of a connection that was not taken here, to be started and kept.
    func makeClient(of connection: consuming StreamSocket) -> Client {
        makeClient(connection) { [unowned self] in ended($0) }
    }

    /// Keeps a client that was started until it ends.
    func keep(_ client: Client) {
        clients[ObjectIdentifier(client)] = client
    }

    private func accept() {
        do throws(Errno) {
            while clients.count < maximumClients, let connection = try socket.accept() {
                let client = makeClient(of: connection)
                try client.start()
                keep(client)
            }
        } catch {
            // The client has gone, or descriptors are short: the others are not to suffer for it.
        }
        // Level-triggered: those that wait would call for ever.
        if clients.count == maximumClients { loop.remove(source) }
    }

    private func ended(_ client: Client) {
        let wasFull = clients.count == maximumClients
        clients[ObjectIdentifier(client)] = nil
        guard wasFull else { return }
        do {
            try loop.add(source, for: .readable)
        } catch {
            log.error("no more clients are taken", error: error, metadata: ["socket": "\(name)"])
        }
    }
}
