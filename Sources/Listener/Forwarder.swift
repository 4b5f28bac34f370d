internal import Control
internal import EventLoop
internal import Linux
internal import QUICLB

/// A worker's exchange with the other slots' workers: an inbox, and an outbox for each slot that something is
/// forwarded to.
final class Forwarder {
    private let directory: String
    private unowned let loop: EventLoop
    private let stats: StatsPage
    private let inbox: ForwardingInbox
    /// By slot.
    private var outboxes = [ForwardingOutbox?](repeating: nil, count: 256)
    /// Those that are there.
    private var usedOutboxes: [ForwardingOutbox] = []

    init(directory: String, inbox: ForwardingInbox, loop: EventLoop, stats: StatsPage) {
        self.directory = directory
        self.inbox = inbox
        self.loop = loop
        self.stats = stats
    }

    /// Takes what other workers sent, up to the size of a batch.
    ///
    /// - Returns: whether there was something.
    func receive() -> Bool { inbox.takeMessages() }

    /// Queues a copy of the datagram for the worker of `slot`.
    func forward(_ datagram: ForwardedDatagram, to slot: Slot) {
        outbox(of: slot).append(datagram)
    }

    private func outbox(of slot: Slot) -> ForwardingOutbox {
        if let outbox = outboxes[Int(slot.rawValue)] { return outbox }
        let path = ForwardingPath.path(of: slot, in: directory)
        let outbox = ForwardingOutbox(path: path, loop: loop, stats: stats)
        outboxes[Int(slot.rawValue)] = outbox
        usedOutboxes.append(outbox)
        return outbox
    }

    /// Sends what was queued.
    func flush() {
        for outbox in usedOutboxes { outbox.flush() }
    }

    /// Whether nothing is queued.
    var isEmpty: Bool { usedOutboxes.allSatisfy(\.isEmpty) }
}
