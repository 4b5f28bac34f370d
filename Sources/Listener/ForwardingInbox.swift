internal import Control
internal import EventLoop
internal import Linux

/// This slot's forwarding socket: what other workers received and is this one's.
final class ForwardingInbox {
    /// Messages that one turn takes.
    private static let batchSize = 32

    private let socket: UnixDatagramSocket
    private unowned let loop: EventLoop
    private let stats: StatsPage
    private let receive: (ForwardedDatagram) -> Void
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 1 + ForwardedDatagram.maximumCount, alignment: 64)
    private lazy var source = EventSource(fileDescriptor: socket.fileDescriptor.rawValue) {
        [unowned self] _ in
        _ = takeMessages()
    }

    /// - Parameter receive: called with each datagram, which is valid during the call.
    init(
        _ socket: UnixDatagramSocket, loop: EventLoop, stats: StatsPage,
        receive: @escaping (ForwardedDatagram) -> Void
    ) {
        self.socket = socket
        self.loop = loop
        self.stats = stats
        self.receive = receive
    }

    deinit {
        buffer.deallocate()
    }

    func start() throws(Errno) {
        try loop.add(source, for: .readable)
    }

    /// Takes what is there, up to the size of a batch.
    ///
    /// - Returns: whether there was something.
    func takeMessages() -> Bool {
        var taken = 0
        while taken < Self.batchSize {
            do throws(Errno) {
                guard let received = try socket.receive(into: buffer) else { break }
                let octets = UnsafeRawBufferPointer(rebasing: buffer[..<received.count])
                // The socket's mode keeps other users out, but not root.
                if received.userID == Host.userID { take(octets) } else { countMalformed() }
            } catch {
                // Longer than any worker's.
                countMalformed()
            }
            taken += 1
        }
        return taken > 0
    }

    private func take(_ octets: UnsafeRawBufferPointer) {
        guard var batch = ForwardingBatch(octets) else { return countMalformed() }
        while let datagram = batch.next() { receive(datagram) }
        if !batch.isAtEnd { countMalformed() }
    }

    private func countMalformed() {
        stats.add(.droppedMalformedForward)
    }
}
