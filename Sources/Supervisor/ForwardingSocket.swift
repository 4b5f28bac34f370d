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

    deinit {
        unlink(path)
    }

    var rawValue: Int32 { socket.fileDescriptor.rawValue }
}
