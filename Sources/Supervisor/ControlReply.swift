import Control

/// The answer to one request, in one line or several, now or later. Who asked may be gone before: then nothing comes
/// of it.
final class ControlReply {
    private weak var client: ControlClient?

    init(to client: ControlClient) {
        self.client = client
    }

    /// Whether somebody waits for it.
    var isOpen: Bool { client?.isAwaiting(self) ?? false }

    /// Whether all that was sent has been taken: what may be left out is left out meanwhile.
    var isTaken: Bool { client?.hasNothingToSend ?? true }

    /// Called once when all that was sent has been taken.
    func whenTaken(_ body: @escaping () -> Void) {
        client?.whenTaken(body)
    }

    /// Sends a line; no further one belongs to the answer if it is a last one.
    func send(_ answer: ControlAnswer) {
        guard isOpen else { return }
        client?.send(answer)
    }

    /// Gives up the connection's descriptor, for the process's next program to answer; nil where nobody waits.
    ///
    /// It stays open for as long as the client's connection is.
    var descriptor: Int32? { isOpen ? client?.descriptor : nil }
}
