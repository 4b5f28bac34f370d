import Control
import EventLoop
private import Glibc
import Linux
import Logging

/// The socket in the run directory on which operators ask, a line each, and are answered. Confined to the loop's
/// thread, it never waits: a client costs a bounded amount of memory, whatever it does.
final class ControlSocket {
    /// More wait to be accepted.
    static let maximumClients = 128

    private let path: String
    private let socket: UnixStreamSocket
    private let loop: EventLoop
    private let log: Logger
    private let answer: (ControlRequest, ControlReply) -> Void
    private var source: EventSource!
    private var clients: [ObjectIdentifier: ControlClient] = [:]

    /// - Parameter held: the socket that this process has from a former program.
    init(
        directory: String, loop: EventLoop, log: Logger, held: Int32? = nil,
        answer: @escaping (ControlRequest, ControlReply) -> Void
    ) throws(StartupFailure) {
        path = ControlPath.path(in: directory)
        self.loop = loop
        self.log = log
        self.answer = answer
        do throws(Errno) {
            if let held {
                socket = UnixStreamSocket(adopting: FileDescriptor(owning: held))
            } else {
                socket = try UnixStreamSocket(listening: path, backlog: 128)
            }
            source = EventSource(fileDescriptor: socket.rawValue) { [unowned self] _ in accept() }
            try loop.add(source, for: .readable)
        } catch {
            throw StartupFailure(
                .configuration, "control socket \(path)", why: "\(error)",
                remedy: error == .nameTooLong ? "choose a --run-dir with a shorter path" : nil)
        }
    }

    var descriptor: Int32 { socket.rawValue }

    /// Goes on with a client that waits for an answer from before; nil where it cannot be.
    func adopt(_ descriptor: Int32) -> ControlReply? {
        let client = makeClient(UnixStreamSocket(adopting: FileDescriptor(owning: descriptor)))
        guard let reply = try? client.startAwaiting() else { return nil }
        clients[ObjectIdentifier(client)] = client
        return reply
    }

    private func makeClient(_ connection: consuming UnixStreamSocket) -> ControlClient {
        ControlClient(connection, loop: loop, answer: answer, onEnd: { [unowned self] in ended($0) })
    }

    /// Ends all connections and removes the socket.
    func close() {
        loop.remove(source)
        for client in clients.values { client.close() }
        unlink(path)
    }

    private func accept() {
        do throws(Errno) {
            while clients.count < Self.maximumClients, let connection = try socket.accept() {
                let client = makeClient(connection)
                try client.start()
                clients[ObjectIdentifier(client)] = client
            }
        } catch {
            // The client has gone, or descriptors are short: the others are not to suffer for it.
        }
        // Level-triggered: those that wait would call for ever.
        if clients.count == Self.maximumClients { loop.remove(source) }
    }

    private func ended(_ client: ControlClient) {
        let wasFull = clients.count == Self.maximumClients
        clients[ObjectIdentifier(client)] = nil
        guard wasFull else { return }
        do {
            try loop.add(source, for: .readable)
        } catch {
            log.error("control socket takes no more clients", error: error, metadata: ["path": "\(path)"])
        }
    }
}
