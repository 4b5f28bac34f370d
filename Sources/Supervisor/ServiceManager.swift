import Linux
import Logging
import QUICLB

/// The service manager that started this process, as far as it wants to hear of it: NOTIFY_SOCKET of sd_notify(3). Where
/// there is none, all is said to nobody.
///
/// Confined to the supervisor's thread.
final class ServiceManager {
    private let socket: NotifySocket?
    private let log: Logger
    private var isFailureReported = false

    init(log: Logger) {
        self.log = log
        let address = Host.environment("NOTIFY_SOCKET")
        socket = address.flatMap { try? NotifySocket($0) }
        if let address, socket == nil {
            log.warning(
                "the service manager is told nothing: NOTIFY_SOCKET is no socket's address",
                metadata: ["NOTIFY_SOCKET": "\(address)"])
        }
    }

    var isThere: Bool { socket != nil }

    /// Sends `KEY=VALUE` lines in one message.
    ///
    /// - Parameter waits: whether to wait, a second at most, for a manager that has too many unread; or else the message is
    ///   lost then. One that did not come round is not waited for again.
    func tell(_ lines: String..., waits: Bool = true) {
        send(lines, waits: waits)
    }

    /// Gives the manager a duplicate of a slot's socket, for the supervisor that it starts after this one.
    func store(_ socket: borrowing FileDescriptor, of slot: Slot) {
        // FDPOLL: or else the manager closes a socket that an ICMP answer left an error on.
        send(
            ["FDSTORE=1", "FDNAME=\(StoredSockets.name(of: slot))", "FDPOLL=0"], descriptor: socket.rawValue)
    }

    /// Has the manager close what it was given of a slot.
    func forget(_ slot: Slot) {
        tell("FDSTOREREMOVE=1", "FDNAME=\(StoredSockets.name(of: slot))")
    }

    /// Waits until the manager has done all that it was told, five seconds at most.
    func synchronize() {
        attempt("BARRIER=1") { socket throws(Errno) in try socket.synchronize() }
    }

    private func send(_ lines: [String], descriptor: Int32? = nil, waits: Bool = true) {
        attempt(lines[0]) { socket throws(Errno) in
            try socket.send(lines, descriptor: descriptor, waits: waits && !isFailureReported)
        }
    }

    private func attempt(_ what: String, _ body: (NotifySocket) throws(Errno) -> Void) {
        guard let socket else { return }
        do {
            try body(socket)
        } catch {
            if isFailureReported { return }
            isFailureReported = true
            log.warning(
                "the service manager could not be told", metadata: ["what": "\(what)", "reason": "\(error)"])
        }
    }
}
