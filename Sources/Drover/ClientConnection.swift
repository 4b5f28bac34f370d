private import EventLoop
private import Linux
internal import QUICClient
internal import Transport

/// A connection to a server. It is closed when nobody holds it any more.
@LoopActor
public final class ClientConnection: Connection {
    private nonisolated let client: QUICClient.ClientConnection

    nonisolated init(_ client: QUICClient.ClientConnection) {
        self.client = client
        super.init(client.core)
    }

    isolated deinit {
        client.core.close(code: 0, reason: "")
    }

    /// Waits until the handshake is complete.
    func handshake() async throws {
        try await wait { core.isEstablished }
    }

    /// Waits until the connection's path is as wanted.
    private func wait(until isWanted: () -> Bool) async throws {
        try await core.pathChanged.first { () -> Void? in
            if isWanted() { return () }
            if let error = core.closeError { throw error }
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
        core.resumption.session == nil ? nil : ClientSession(core.resumption)
    }

    /// Waits for the server to give what a later connection can resume. A server may never do.
    ///
    /// - Throws: `QUICError` where the connection is over before; `CancellationError`.
    public func waitForSession() async throws -> ClientSession {
        try await core.resumptionChanged.first {
            if let session { return session }
            if let error = closeError { throw error }
            return nil
        }
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
        try await wait { core.isConfirmed }
        do {
            try client.migrate()
        } catch let error as Errno {
            throw SetupFailure(.init(.unavailable, "change the port", why: "\(error)"))
        }
        try await wait { core.isMoveValid != nil }
        guard core.isMoveValid == true else {
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
