import Control
import EventLoop
private import Glibc
import Linux
import Logging

/// The socket in the run directory on which operators ask, a line each, and are answered. Confined to the loop's
/// thread, it never waits: a client costs a bounded amount of memory, whatever it does.
final class ControlSocket {
    static let maximumClients = 128

    private let path: String
    private let listener: ClientListener<ControlClient>

    /// - Parameter held: the socket that this process has from a former program.
    init(
        directory: String, loop: EventLoop, log: Logger, held: Int32? = nil,
        answer: @escaping (ControlRequest, ControlReply) -> Void
    ) throws(StartupFailure) {
        path = ControlPath.path(in: directory)
        let name = "control socket \(path)"
        do throws(Errno) {
            let socket =
                if let held { StreamSocket(adopting: FileDescriptor(owning: held)) } else {
                    try StreamSocket(listening: path, backlog: 128)
                }
            listener = try ClientListener(
                name, socket, maximumClients: Self.maximumClients, loop: loop, log: log
            ) { connection, onEnd in
                ControlClient(connection, loop: loop, answer: answer, onEnd: onEnd)
            }
        } catch {
            throw StartupFailure(
                .configuration, name, why: "\(error)",
                remedy: error == .nameTooLong ? "choose a --run-dir with a shorter path" : nil)
        }
    }

    var descriptor: Int32 { listener.descriptor }

    /// Goes on with a client that waits for an answer from before; nil where it cannot be.
    func adopt(_ descriptor: Int32) -> ControlReply? {
        let client = listener.makeClient(of: StreamSocket(adopting: FileDescriptor(owning: descriptor)))
        guard let reply = try? client.startAwaiting() else { return nil }
        listener.keep(client)
        return reply
    }

    /// Ends all connections and removes the socket.
    func close() {
        listener.close()
        unlink(path)
    }
}

extension ControlClient: ListenerClient {}
