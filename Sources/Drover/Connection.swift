private import EventLoop
private import Linux
internal import Transport

/// A client's connection to the pool, as its handler sees it.
///
/// It lives on the worker's event loop: everything is `@LoopActor`, and a handler runs there already.
@LoopActor
public final class Connection {
    private nonisolated let core: Transport.Connection

    nonisolated init(_ core: Transport.Connection) {
        self.core = core
    }

    // Not so as to do anything: what it holds is confined to the loop, and must end there.
    isolated deinit {}

    /// The application protocol that ALPN chose (RFC 7301).
    public var applicationProtocol: String { core.applicationProtocol ?? "" }

    /// The client's address and port, `127.0.0.1:50000` or `[::1]:50000`. It changes when the client's NAT or
    /// network does (RFC 9000 §9).
    public var remoteAddress: String { "\(core.remoteAddress)" }

    /// Why the connection is over; nil while it is not.
    public var closeError: QUICError? { core.isOpen ? nil : core.closeError }

    /// The streams that the client opens, as they come. It ends when either side closes the connection without an
    /// error of the client's, or the connection times out, and throws why it ended otherwise.
    public var streams: IncomingStreams { IncomingStreams(connection: self) }

    private func nextIncomingStream() async throws -> Stream? {
        while true {
            if let stream = core.takeIncomingStream() { return Stream(stream) }
            if let error = closeError {
                if error.isCleanEnd { return nil }
                throw error
            }
            try Task.checkCancellation()
            await core.incomingStreamsChanged.wait()
        }
    }

    /// Opens a stream in both directions; waits while the client allows no more (RFC 9000 §4.6).
    public func openStream() async throws -> Stream {
        try await open(bidirectional: true)
    }

    /// Opens a stream from this side only; waits while the client allows no more (RFC 9000 §4.6).
    public func openUnidirectionalStream() async throws -> Stream {
        try await open(bidirectional: false)
    }

    private func open(bidirectional: Bool) async throws -> Stream {
        while true {
            if let stream = try core.openStream(bidirectional: bidirectional) { return Stream(stream) }
            try Task.checkCancellation()
            await core.streamCreditChanged.wait()
        }
    }

    /// Closes the connection at once; what was written and not sent is lost.
    ///
    /// - Parameters:
    ///   - code: the application's error code, a 62-bit integer; a larger one is sent as the largest of these.
    ///   - reason: for people; 256 octets of UTF-8 at most are sent.
    public func close(code: UInt64 = 0, reason: String = "") {
        core.close(code: code, reason: reason)
    }

    /// The streams that a client opens.
    public struct IncomingStreams: AsyncSequence, Sendable {
        fileprivate let connection: Connection

        public nonisolated func makeAsyncIterator() -> Iterator {
            Iterator(connection: connection)
        }

        public struct Iterator: AsyncIteratorProtocol {
            fileprivate let connection: Connection

            @LoopActor
            public mutating func next() async throws -> Stream? {
                try await connection.nextIncomingStream()
            }
        }
    }
}

extension QUICError {
    /// Whether the connection came to an end that is no failure: this side closed it, or the peer did with no
    /// error, or it fell silent.
    fileprivate var isCleanEnd: Bool {
        switch code {
        case .closedByPeer: applicationCode ?? 0 == 0 && transportCode ?? 0 == 0
        case .timedOut, .closedLocally: true
        default: false
        }
    }
}
