import Control
private import Glibc
import Linux
import QUICLB

/// Where the other workers send what is a slot's: bound in the run directory as long as the slot is in use, so that
/// what waits in it outlives a worker.
final class ForwardingSocket {
    private let path: String
    private let socket: UnixDatagramSocket

    init(slot: Slot, directory: String) throws(Errno) {
        path = ForwardingPath.path(of: slot, in: directory)
        socket = try UnixDatagramSocket(binding: path)
    }

    /// Goes on with the socket that this process has from a former program.
    init(slot: Slot, directory: String, held: Int32) {
        path = ForwardingPath.path(of: slot, in: directory)
        socket = UnixDatagramSocket(adopting: FileDescriptor(owning: held))
    }

    deinit {
        unlink(path)
    }

    var rawValue: Int32 { socket.fileDescriptor.rawValue }
}
