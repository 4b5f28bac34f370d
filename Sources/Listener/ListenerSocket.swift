internal import Control
internal import EventLoop
internal import Linux

/// One of the listener's sockets.
final class ListenerSocket {
    /// Which of the pool's addresses it is bound to.
    let addressIndex: UInt16
    /// The kernel's count of datagrams that the receive queue had no room for; nil where it is not known yet.
    private var overflows: UInt32?
    private let onReadable: (ListenerSocket) -> Void
    private var socket: LoopSocket!

    /// - Parameter isAdopted: whether another process used the socket before, so that the kernel's counts do not
    ///   start at 0.
    init(
        _ udp: UDPSocket, addressIndex: UInt16, isAdopted: Bool, options: SocketOptions, loop: EventLoop,
        onReadable: @escaping (ListenerSocket) -> Void
    ) {
        self.addressIndex = addressIndex
        self.onReadable = onReadable
        overflows = isAdopted ? nil : 0
        socket = LoopSocket(udp, loop: loop, sendsTrains: options.sendsTrains, dscp: options.dscp) {
            [unowned self] in
            onReadable(self)
        }
    }

    var udp: UDPSocket { socket.udp }
    var sendQueue: SendQueue { socket.sendQueue }

    func start() throws(Errno) {
        try socket.start()
    }

    func flush() {
        socket.flush()
    }

    /// How many datagrams the receive queue had no room for since it was last asked. The kernel tells the newest
    /// count with each datagram.
    func takeOverflows(newest: UInt32) -> UInt64 {
        defer { overflows = newest }
        return overflows.map { UInt64(newest &- $0) } ?? 0
    }

    var knownOverflows: UInt32 { overflows ?? 0 }
}
