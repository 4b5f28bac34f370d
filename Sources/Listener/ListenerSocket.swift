internal import CLinux
internal import Control
internal import EventLoop
internal import Linux

/// One of the listener's sockets with what waits to be sent on it.
final class ListenerSocket {
    /// Octets that wait for the kernel: some trains of the largest size.
    private static let sendCapacity = 512 * 1024

    let udp: UDPSocket
    /// Which of the pool's addresses it is bound to.
    let addressIndex: UInt16
    let sendQueue: SendQueue
    private lazy var source = EventSource(fileDescriptor: udp.fileDescriptor.rawValue) {
        [unowned self] in
        handle($0)
    }
    private let onReadable: (ListenerSocket) -> Void
    private unowned let loop: EventLoop
    private var awaitsRoom = false
    /// The kernel's count of datagrams that the receive queue had no room for; nil where it is not known yet.
    private var overflows: UInt32?

    /// - Parameter isAdopted: whether another process used the socket before, so that the kernel's counts do not
    ///   start at 0.
    init(
        _ udp: UDPSocket, addressIndex: UInt16, isAdopted: Bool, options: SocketOptions, loop: EventLoop,
        onReadable: @escaping (ListenerSocket) -> Void
    ) {
        self.udp = udp
        self.addressIndex = addressIndex
        self.loop = loop
        self.onReadable = onReadable
        overflows = isAdopted ? nil : 0
        sendQueue = SendQueue(
            descriptor: udp.fileDescriptor.rawValue, setsSource: udp.localAddress.isWildcard,
            capacity: Self.sendCapacity, sendsTrains: options.sendsTrains, dscp: options.dscp)
    }

    func start() throws(Errno) {
        try loop.add(source, for: .readable)
    }

    private func handle(_ events: Epoll.Events) {
        if events.contains(.writable) {
            sendQueue.flush()
            watchForRoom()
        }
        if !events.isDisjoint(with: [.readable, .failed]) { onReadable(self) }
    }

    /// Sends what waits; what does not fit goes when the socket has room.
    func flush() {
        if !sendQueue.isBlocked { sendQueue.flush() }
        watchForRoom()
    }

    private func watchForRoom() {
        guard sendQueue.isBlocked != awaitsRoom else { return }
        awaitsRoom = sendQueue.isBlocked
        do {
            try loop.modify(source, for: awaitsRoom ? [.readable, .writable] : .readable)
        } catch {
            preconditionFailure("epoll: modify a listener's socket: \(error)")
        }
    }

    /// How many datagrams the receive queue had no room for since it was last asked. The kernel tells the newest
    /// count with each datagram.
    func takeOverflows(newest: UInt32) -> UInt64 {
        defer { overflows = newest }
        return overflows.map { UInt64(newest &- $0) } ?? 0
    }

    var knownOverflows: UInt32 { overflows ?? 0 }
}
