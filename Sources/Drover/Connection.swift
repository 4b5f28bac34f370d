private import EventLoop
private import Linux
public import QUICLB
internal import Transport

/// A QUIC connection, as the handler of a pool sees a client's; a `ClientConnection` is the other end of one.
///
/// It lives on the process's event loop: everything is `@LoopActor`, and a handler runs there already.
@LoopActor
public class Connection {
    nonisolated let core: Transport.Connection

    nonisolated init(_ core: Transport.Connection) {
        self.core = core
    }

    // Not so as to do anything: what it holds is confined to the loop, and must end there.
    isolated deinit {}

    /// The application protocol that ALPN chose (RFC 7301).
    public var applicationProtocol: String { core.applicationProtocol ?? "" }

    /// The host that the client wants (SNI, RFC 6066 §3); nil where it names none.
    public var serverName: String? { core.serverName }

    /// The peer's certificate in DER, verified; nil where it showed none: `PoolOptions.clientCertificates` says whether
    /// clients do.
    public var peerCertificate: [UInt8]? { core.peerCertificate }

    /// The peer's address and port. It changes when a client's NAT or network does (RFC 9000 §9).
    public var remoteAddress: Endpoint { Endpoint(core.remoteAddress) }

    /// Where the connection is in its life.
    public var state: ConnectionState { core.state }

    /// What the connection has done, and how its path is.
    public var statistics: ConnectionStatistics { core.statistics }

    /// The connection IDs that lead to it now; of a worker's connection, what the client made up first among them. Empty
    /// for a client's.
    public var connectionIDs: [ConnectionID] { core.connectionIDs }

    /// Why the connection is over; nil while it is not.
    public var closeError: QUICError? { core.isOpen ? nil : core.closeError }

    /// The streams that the peer opens, as they come. It ends when either side closes the connection without an
    /// error of the peer's, or the connection times out, and throws why it ended otherwise.
    public var streams: IncomingStreams { IncomingStreams(connection: self) }

    /// What `take` returns, as soon as there is something; nil when the connection ended well.
    private func next<Element>(
        waitingFor changed: Condition, take: () -> Element?
    ) async throws -> Element? {
        try await changed.first { () -> Element?? in
            if let element = take() { return element }
            guard let error = closeError else { return nil }
            guard error.isCleanEnd else { throw error }
            return .some(nil)
        }
    }

    /// Opens a stream in both directions; waits while the peer allows no more (RFC 9000 §4.6).
    ///
    /// - Throws: `QUICError` where the connection is over; `CancellationError`.
    public func openStream() async throws -> Stream {
        try await open(bidirectional: true)
    }

    /// Opens a stream from this side only; waits while the peer allows no more (RFC 9000 §4.6).
    ///
    /// - Throws: `QUICError` where the connection is over; `CancellationError`.
    public func openUnidirectionalStream() async throws -> Stream {
        try await open(bidirectional: false)
    }

    private func open(bidirectional: Bool) async throws -> Stream {
        Stream(try await core.streamCreditChanged.first { try core.openStream(bidirectional: bidirectional) })
    }

    // MARK: Going away

    /// Whether the worker drains, so that it is wished that the connection ends soon; never of a client's. When the time to
    /// drain is over it is closed.
    public var isGoingAway: Bool { core.isGoingAway }

    /// Waits until the worker drains: then an HTTP/3 server tells its client (GOAWAY, RFC 9114 §5.2), and others do as their
    /// protocols have it. Where the slot is taken back after that, nothing says so.
    ///
    /// - Throws: `CancellationError`, as when the connection is over before.
    public func waitUntilGoingAway() async throws {
        try await core.goingAwayChanged.first { core.isGoingAway ? () : nil }
    }

    // MARK: Datagrams

    /// The longest datagram that can be sent now, in octets; nil where the peer takes none (RFC 9221 §3).
    public var maximumDatagramLength: Int? { core.maximumDatagramLength }

    /// Queues an unreliable datagram (RFC 9221): it goes once, and may be lost.
    ///
    /// - Returns: false where too many wait to be sent, 256 or 256 KiB, and it is dropped.
    /// - Throws: `QUICError` where the peer takes no datagrams, or none so long, or the connection is over.
    @discardableResult
    public func send(datagram: [UInt8]) throws -> Bool {
        try core.send(datagram: datagram)
    }

    /// The datagrams that the peer sends, as they come; `TransportOptions.maximumDatagramFrame` says how long they may be.
    /// While 256 of them or 256 KiB wait, more are dropped. It ends as `streams` does.
    public var datagrams: IncomingDatagrams { IncomingDatagrams(connection: self) }

    /// Datagrams that came and were dropped, as too many waited.
    public var droppedDatagrams: UInt64 { core.droppedDatagrams }

    /// Closes the connection at once; what was written and not sent is lost.
    ///
    /// - Parameters:
    ///   - code: the application's error code, a 62-bit integer; a larger one is sent as the largest of these.
    ///   - reason: for people; 256 octets of UTF-8 at most are sent.
    public func close(code: UInt64 = 0, reason: String = "") {
        core.close(code: code, reason: reason)
    }

    /// The datagrams that the peer sends.
    public struct IncomingDatagrams: AsyncSequence, Sendable {
        fileprivate let connection: Connection

        public nonisolated func makeAsyncIterator() -> Iterator {
            Iterator(connection: connection)
        }

        public struct Iterator: AsyncIteratorProtocol {
            fileprivate let connection: Connection

            @LoopActor
            public mutating func next() async throws -> [UInt8]? {
                let core = connection.core
                return try await connection.next(waitingFor: core.incomingDatagramsChanged) {
                    core.takeIncomingDatagram()
                }
            }
        }
    }

    /// The streams that the peer opens.
    public struct IncomingStreams: AsyncSequence, Sendable {
        fileprivate let connection: Connection

        public nonisolated func makeAsyncIterator() -> Iterator {
            Iterator(connection: connection)
        }

        public struct Iterator: AsyncIteratorProtocol {
            fileprivate let connection: Connection

            @LoopActor
            public mutating func next() async throws -> Stream? {
                let core = connection.core
                return try await connection.next(waitingFor: core.incomingStreamsChanged) {
                    core.takeIncomingStream().map(Stream.init)
                }
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
