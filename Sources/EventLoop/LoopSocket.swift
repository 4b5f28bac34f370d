package import Linux

/// A UDP socket that a loop watches, with what waits to be sent on it. Confined to the loop's thread.
package final class LoopSocket {
    /// Octets that wait for the kernel: some trains of the largest size.
    private static let sendCapacity = 512 * 1024

    package let udp: UDPSocket
    package let sendQueue: SendQueue
    private lazy var source = EventSource(fileDescriptor: udp.fileDescriptor.rawValue) {
        [unowned self] in
        handle($0)
    }
    private let onReadable: () -> Void
    private unowned let loop: EventLoop
    private var awaitsRoom = false

    /// - Parameters:
    ///   - sendsTrains: whether datagrams may go to the kernel as trains.
    ///   - dscp: the differentiated services codepoint, as the socket has it.
    ///   - onReadable: called when there is something to receive.
    package init(
        _ udp: UDPSocket, loop: EventLoop, sendsTrains: Bool = true, dscp: UInt8 = 0,
        onReadable: @escaping () -> Void
    ) {
        self.udp = udp
        self.loop = loop
        self.onReadable = onReadable
        sendQueue = SendQueue(
            descriptor: udp.fileDescriptor.rawValue, setsSource: udp.localAddress.isWildcard,
            capacity: Self.sendCapacity, sendsTrains: sendsTrains, dscp: dscp)
    }

    package func start() throws(Errno) {
        try loop.add(source, for: .readable)
        awaitsRoom = false
        watchForRoom()
    }

    /// Ends the watch; to be called before the socket goes.
    package func stop() {
        loop.remove(source)
    }

    private func handle(_ events: Epoll.Events) {
        if events.contains(.writable) {
            sendQueue.flush()
            watchForRoom()
        }
        if !events.isDisjoint(with: [.readable, .failed]) { onReadable() }
    }

    /// Sends what waits; what does not fit goes when the socket has room.
    package func flush() {
        if !sendQueue.isBlocked { sendQueue.flush() }
        watchForRoom()
    }

    private func watchForRoom() {
        guard sendQueue.isBlocked != awaitsRoom else { return }
        awaitsRoom = sendQueue.isBlocked
        do {
            try loop.modify(source, for: awaitsRoom ? [.readable, .writable] : .readable)
        } catch {
            preconditionFailure("epoll: modify a UDP socket: \(error)")
        }
    }
}
