private import EventLoop
private import Linux
internal import QUICClient
internal import Transport

/// A connection to a server. It is closed when nobody holds it any more.
@LoopActor
public final class ClientConnection: Connection {
    private nonisolated let client: QUICClient.ClientConnection
    private let clientState: ClientState

    init(_ client: QUICClient.ClientConnection) {
        guard let state = client.core.client else { preconditionFailure("a client without a client's state") }
        self.client = client
        self.clientState = state
        super.init(client.core)
    }

    isolated deinit {
        core.close(code: 0, reason: "")
    }

    /// Waits until the handshake is complete.
    func handshake() async throws {
        try await wait { core.isEstablished }
    }

    /// Waits until the connection is as wanted.
    private func wait(until isWanted: () -> Bool) async throws {
        try await waitFor { isWanted() ? () : nil }
    }

    /// What `look` finds, as soon as there is something.
    ///
    /// - Throws: why the connection is over, where it is before; `CancellationError`.
    private func waitFor<Element>(_ look: () -> Element?) async throws -> Element {
        try await clientState.changed.first {
            if let element = look() { return element }
            if let error = closeError { throw error }
            return nil
        }
    }

    /// This side's address and port, as far as it knows: a NAT may have made another of it.
    public var localAddress: Endpoint? { core.localAddress.map(Endpoint.init) }

    /// Whether the handshake resumed an earlier session.
    public var isResumed: Bool { core.isResumed }

    // MARK: Sessions

    /// What a later connection can resume; nil while the server has given nothing for it.
    public var session: ClientSession? {
        clientState.resumption.session == nil ? nil : ClientSession(clientState.resumption)
    }

    /// Waits for the server to give what a later connection can resume. A server may never do.
    ///
    /// - Throws: `QUICError` where the connection is over before; `CancellationError`.
    public func waitForSession() async throws -> ClientSession {
        try await waitFor { session }
    }

    // MARK: Moving

    /// Goes on from another port of this host, as behind a NAT that forgot the connection: neither side is told, and
    /// the server finds out by the next packet (RFC 9000 §9.3).
    ///
    /// - Throws: `SetupFailure` where the host has no other port.
    public func rebind() throws {
        do {
            try client.rebind()
        } catch {
            throw SetupFailure(.init(.unavailable, "change the port", why: "\(error)"))
        }
    }

    /// Moves to another port of this host with another connection ID, once the server was seen to answer there (RFC
    /// 9000 §9.2).
    ///
    /// - Throws: `QUICError` where the server forbids it, has given no connection ID for it, or is not reached that
    ///   way; `CancellationError`.
    public func migrate() async throws {
        try await wait { clientState.isConfirmed }
        do {
            try client.migrate()
        } catch let error as Errno {
            throw SetupFailure(.init(.unavailable, "change the port", why: "\(error)"))
        }
        try await wait { clientState.isMoveValid != nil }
        guard clientState.isMoveValid == true else {
            throw QUICError(.migrationNotPossible, reason: "the server does not answer there")
        }
    }

    // MARK: The end

    /// Closes the connection with no error once the server has all that was written, or has not within the idle
    /// timeout; returns when that is done.
    public func closeWhenFlushed() async {
        core.closeWhenFlushed()
        // Its end, for whatever reason, is what is waited for; a task that is cancelled does not.
        try? await wait { false }
        // What closes it goes out at the end of the loop's turn.
        await Task.yield()
    }
}
