internal import Control
internal import EventLoop
internal import Linux

/// Datagrams on their way to the worker of one slot, in messages of many: the queue of a Unix socket may have room
/// for no more than ten.
///
/// What that worker has no room for waits here until it has; what there is no room for here is lost.
final class ForwardingOutbox {
    private static let messageCapacity = 1 + ForwardedDatagram.maximumCount
    /// Messages that wait.
    private static let capacity = 16
    /// Octets to ask for of messages under way; the kernel gives at least 208 KiB where its limit is not lowered.
    private static let sendBuffer: Int32 = 4 << 20

    private struct Message {
        var count = 0
        var datagrams: UInt64 = 0
    }

    private enum Outcome {
        case sent
        case blocked
        case lost(Counter)
    }

    private let path: String
    private unowned let loop: EventLoop
    private let stats: StatsPage
    private let octets: UnsafeMutableRawBufferPointer
    /// A ring: `waiting` messages from `first` on. The last one takes more until it is full or sent.
    private var messages = [Message](repeating: Message(), count: capacity)
    private var first = 0
    private var waiting = 0
    private var socket: UnixDatagramSocket?
    /// The longest message that the socket takes.
    private var messageLimit = messageCapacity
    /// Watches for room; nil while there is some.
    private var roomSource: EventSource?

    /// - Parameter path: of the slot's forwarding socket.
    init(path: String, loop: EventLoop, stats: StatsPage) {
        self.path = path
        self.loop = loop
        self.stats = stats
        octets = .allocate(byteCount: Self.capacity * Self.messageCapacity, alignment: 64)
    }

    deinit {
        stopWaitingForRoom()
        octets.deallocate()
    }

    var isEmpty: Bool { waiting == 0 }

    // MARK: Filling

    /// Takes a datagram, a copy of it.
    func append(_ datagram: ForwardedDatagram) {
        let count = datagram.encodedCount
        guard let index = message(withRoomFor: count) else { return stats.add(.droppedForwardQueueFull) }
        let start = index * Self.messageCapacity + messages[index].count
        datagram.write(to: UnsafeMutableRawBufferPointer(rebasing: octets[start..<start + count]))
        messages[index].count += count
        messages[index].datagrams += 1
    }

    /// The place of the message that the next `count` octets go to; nil where there is none, even after a flush.
    private func message(withRoomFor count: Int) -> Int? {
        guard 1 + count <= messageLimit else { return nil }
        let last = (first + waiting + Self.capacity - 1) % Self.capacity
        if waiting > 0, messages[last].count + count <= messageLimit { return last }
        if waiting == Self.capacity { flush() }
        guard waiting < Self.capacity else { return nil }
        let index = (first + waiting) % Self.capacity
        octets[index * Self.messageCapacity] = ForwardingBatch.version
        messages[index] = Message(count: 1)
        waiting += 1
        return index
    }

    // MARK: Sending

    /// Sends what waits, as much as the other worker has room for.
    func flush() {
        guard roomSource == nil else { return }
        while waiting > 0 {
            let message = messages[first]
            let start = first * Self.messageCapacity
            switch send(UnsafeRawBufferPointer(rebasing: octets[start..<start + message.count])) {
            case .sent: stats.add(.datagramsForwarded, message.datagrams)
            case .blocked: return waitForRoom()
            case .lost(let counter): stats.add(counter, message.datagrams)
            }
            first = (first + 1) % Self.capacity
            waiting -= 1
        }
        // The same memory again: the less of it is used, the more of it is at hand.
        first = 0
    }

    private func send(_ message: UnsafeRawBufferPointer) -> Outcome {
        while true {
            let isNew = socket == nil
            do throws(Errno) {
                if isNew { try connect() }
                // The socket that is new may take less than the one that the message was made for.
                guard message.count <= messageLimit else { return .lost(.droppedForwardQueueFull) }
                return try socket!.send(message) ? .sent : .blocked
            } catch {
                switch error {
                case .connectionRefused, .notConnected, .noEntry:
                    // The slot has no worker; or it had one before, and has another socket since.
                    socket = nil
                    if isNew { return .lost(.droppedForeignSlot) }
                default:
                    // Out of memory or of descriptors.
                    return .lost(.droppedForwardQueueFull)
                }
            }
        }
    }

    private func connect() throws(Errno) {
        let new = try UnixDatagramSocket(connecting: path, sendBuffer: Self.sendBuffer)
        messageLimit = min(Self.messageCapacity, try new.maximumMessageSize())
        socket = new
    }

    private func waitForRoom() {
        let source = EventSource(fileDescriptor: socket!.fileDescriptor.rawValue) { [unowned self] _ in
            stopWaitingForRoom()
            flush()
        }
        do {
            try loop.add(source, for: .writable)
        } catch {
            preconditionFailure("epoll: watch a forwarding socket: \(error)")
        }
        roomSource = source
    }

    private func stopWaitingForRoom() {
        if let roomSource { loop.remove(roomSource) }
        roomSource = nil
    }
}
