import Control
import EventLoop
private import Glibc
import Linux

/// The socket in the run directory on which operators ask, a line each, and are answered. Confined to the loop's
/// thread, it never waits: a client costs a bounded amount of memory, whatever it does.
final class ControlSocket {
    /// More wait to be accepted.
    static let maximumClients = 32

    private let path: String
    private let socket: UnixStreamSocket
    private let loop: EventLoop
    private let answer: (ControlRequest) -> ControlAnswer
    private var source: EventSource!
    private var clients: [ObjectIdentifier: ControlClient] = [:]

    init(
        directory: String, loop: EventLoop, answer: @escaping (ControlRequest) -> ControlAnswer
    ) throws(StartupFailure) {
        path = ControlPath.path(in: directory)
        self.loop = loop
        self.answer = answer
        do throws(Errno) {
            socket = try UnixStreamSocket(listening: path, backlog: 128)
            source = EventSource(fileDescriptor: socket.rawValue) { [unowned self] _ in accept() }
            try loop.add(source, for: .readable)
        } catch {
            throw StartupFailure(
                .configuration, "control socket \(path)", why: "\(error)",
                remedy: error == .nameTooLong ? "choose a --run-dir with a shorter path" : nil)
        }
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
                let client = ControlClient(
                    connection, loop: loop, answer: answer, onEnd: { [unowned self] in ended($0) })
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
            Report.notice("control socket \(path): no more clients are taken: \(error)")
        }
    }
}
