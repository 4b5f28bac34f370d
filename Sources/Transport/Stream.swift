package import EventLoop

/// One stream of a connection: what was received and not read, what was written and not acknowledged.
///
/// Confined to the loop's thread. It outlives its connection if somebody holds it; then it only tells why it
/// ended. `@unchecked Sendable`: it is handed to `@LoopActor` code, which runs on the same thread.
package final class Stream: @unchecked Sendable {
    package let id: Int64
    /// Wakes readers: data, end or reset came.
    package let readable = Condition()
    /// Wakes writers: there is room, or no more sense in writing.
    package let writable = Condition()

    /// Nil once the connection ended, if it did before the stream.
    private(set) var connection: Connection?
    private let received: ByteQueue
    private var receiving: Receiving
    private var sending: Sending
    var sendBuffer: SendBuffer
    /// The next in the connection's queue of streams with something to send.
    var nextToSend: Stream?
    var isQueuedToSend = false
    /// Whether the application took it, where the peer opened it; and whether both directions have ended.
    var isTaken = false
    private(set) var isClosed = false

    private enum Receiving {
        case open
        /// The last octet came; what is left to read may be in `received`.
        case finished
        case failed(QUICError)
    }

    private enum Sending {
        case open
        /// The application wrote its last octet; FIN goes with it.
        case finishing
        /// FIN was sent. Where it went without data, its acknowledgement is still to come; by itself, unless both
        /// were lost and sent again in one frame: then the connection's deadline ends the wait.
        case finished(awaitsFIN: Bool)
        case failed(QUICError)
    }

    /// - Parameter isLocal: whether this side opened it.
    init(id: Int64, isLocal: Bool, connection: Connection, pool: BlockPool) {
        self.id = id
        self.connection = connection
        received = ByteQueue(pool: pool)
        sendBuffer = SendBuffer(pool: pool)
        let closed = QUICError(.streamClosed, reason: "the stream has one direction")
        receiving = isUnidirectional(id) && isLocal ? .failed(closed) : .open
        sending = isUnidirectional(id) && !isLocal ? .failed(closed) : .open
    }

    package var isBidirectional: Bool { !isUnidirectional(id) }

    // MARK: For the application

    /// Moves received octets to `destination`.
    ///
    /// - Returns: their number; 0 at the stream's end; nil where there are none yet.
    package func read(into destination: UnsafeMutableRawBufferPointer) throws(QUICError) -> Int? {
        if received.isEmpty {
            switch receiving {
            case .open: return nil
            case .finished: return 0
            case .failed(let error): throw error
            }
        }
        let count = received.remove(into: destination)
        connection?.consumed(count, of: self)
        return count
    }

    /// Octets received and not read.
    package var readableCount: Int { received.count }

    /// Takes as many of `octets` as there is room for; returns how many.
    package func write(_ octets: UnsafeRawBufferPointer) throws(QUICError) -> Int {
        switch sending {
        case .open: break
        case .finishing, .finished: throw QUICError(.streamClosed, reason: "the stream was finished")
        case .failed(let error): throw error
        }
        guard let connection else { return 0 }
        let count = connection.sendBudget.take(octets.count, held: sendBuffer.count)
        guard count > 0 else { return 0 }
        sendBuffer.append(UnsafeRawBufferPointer(rebasing: octets[..<count]))
        connection.queueToSend(self)
        return count
    }

    /// Ends the sending side after what was written. Nothing where it has ended.
    package func finish() {
        guard case .open = sending else { return }
        sending = .finishing
        connection?.queueToSend(self)
    }

    /// Ends the sending side at once: RESET_STREAM with the application's `code`.
    package func reset(code: UInt64) {
        if case .failed = sending { return }
        let code = ApplicationCode.clamp(code)
        failSending(QUICError(.streamClosed, applicationCode: code, reason: "the stream was reset"))
        connection?.shutDownWriting(of: self, code: code)
    }

    /// Asks the peer to send no more: STOP_SENDING with the application's `code`. What was received is dropped.
    package func stopReading(code: UInt64) {
        guard case .open = receiving else { return drop() }
        let code = ApplicationCode.clamp(code)
        receiving = .failed(QUICError(.streamClosed, applicationCode: code, reason: "reading was stopped"))
        drop()
        readable.notify()
        connection?.shutDownReading(of: self, code: code)
    }

    private func drop() {
        let count = received.count
        received.removeAll()
        connection?.consumed(count, of: self)
    }

    // MARK: For the connection

    func receive(_ octets: UnsafeRawBufferPointer, isLast: Bool) {
        // After STOP_SENDING ngtcp2 keeps what comes to itself, and its credit too.
        guard case .open = receiving else { return }
        received.append(octets)
        if isLast { receiving = .finished }
        readable.notify()
    }

    func failReceiving(_ error: QUICError) {
        guard case .open = receiving else { return }
        drop()
        receiving = .failed(error)
        readable.notify()
    }

    func failSending(_ error: QUICError) {
        if case .failed = sending { return }
        sending = .failed(error)
        // What was sent stays: ngtcp2 refers to it until the stream is closed.
        connection?.released(sendBuffer.dropUnsent())
        writable.notify()
    }

    /// Whether the next octet sent from the buffer may be the last, with FIN.
    var isFinishing: Bool {
        if case .finishing = sending { return true }
        return false
    }

    var hasSomethingToSend: Bool {
        switch sending {
        case .open: sendBuffer.unsent > 0
        case .finishing: true
        case .finished, .failed: false
        }
    }

    /// Whether what the application wrote has all been acknowledged, or never will be.
    var isFlushed: Bool {
        switch sending {
        case .open: sendBuffer.count == 0
        case .finishing: false
        case .finished(let awaitsFIN): !awaitsFIN && sendBuffer.count == 0
        case .failed: true
        }
    }

    func sent(_ count: Int, withFIN: Bool) {
        sendBuffer.sent(count)
        if withFIN { sending = .finished(awaitsFIN: count == 0) }
    }

    func acknowledged(_ count: Int) {
        if count == 0, case .finished = sending { sending = .finished(awaitsFIN: false) }
        sendBuffer.acknowledged(count)
        connection?.released(count)
        if sendBuffer.count <= SendBudget.streamLimit / 2 { writable.notify() }
    }

    /// Both directions have ended. What was received can still be read, and then counts for the connection's
    /// flow control.
    func closedByBothSides() {
        let error = QUICError(.streamClosed, reason: "the stream has ended")
        isClosed = true
        connection?.released(sendBuffer.count)
        sendBuffer.removeAll()
        failSending(error)
        failReceiving(error)
    }

    /// The connection is over; `error` says why to whoever still waits.
    func detach(_ error: QUICError) {
        failReceiving(error)
        failSending(error)
        sendBuffer.removeAll()
        connection = nil
    }
}

/// RFC 9000 §2.1: the second bit of a stream ID tells its direction.
private func isUnidirectional(_ id: Int64) -> Bool { id & 2 != 0 }
