internal import CLinux
internal import CQUICShims
package import EventLoop
package import Linux
package import QUICLB
internal import TLS

/// One end of a QUIC connection (RFC 9000) over ngtcp2.
///
/// Confined to the loop's thread. It belongs to its listener or client from the beginning until `ended`; whoever holds it
/// longer finds it closed. `@unchecked Sendable`: it is handed to `@LoopActor` code, which runs on the same
/// thread.
package final class Connection: @unchecked Sendable {
    /// Wakes those who wait for a stream of the peer's.
    package let incomingStreamsChanged = Condition()
    /// Wakes those who wait for leave to open a stream.
    package let streamCreditChanged = Condition()
    /// Wakes those who wait for a datagram of the peer's.
    package let incomingDatagramsChanged = Condition()

    let context: TransportContext
    /// Of the socket that the connection began on, and of that where its path begins now.
    private let firstQueue: SendQueue
    var sendQueue: SendQueue
    unowned let delegate: any ConnectionDelegate
    /// ngtcp2's state; nil once the connection is closed.
    var handle: OpaquePointer?
    /// TLS: a server's from the first CRYPTO data until the handshake is complete, a client's always.
    var handshake: OpenSSLHandshake?
    var handshakeFailure: HandshakeFailure?
    /// The cipher suite that TLS chose.
    var suite: CipherSuite?
    var streams: [Int64: Stream] = [:]
    var incomingStreams: [Stream] = []
    var streamsToSend = StreamQueue()
    /// Those that the peer's flow control holds back.
    var blockedStreams = StreamQueue()
    var sendBudget = SendBudget()
    var incomingDatagrams = DatagramQueue()
    var outgoingDatagrams = DatagramQueue()
    /// Datagrams that came while too many waited for the application.
    package internal(set) var droppedDatagrams: UInt64 = 0
    var isWritePending = false
    var machine = StateMachine()
    var issuedIDs = IssuedConnectionIDs()
    var payloadGrowth = PayloadGrowth()
    var traffic = Traffic()
    /// The first ID of this side's, by which the trace calls the connection; and what it told.
    package internal(set) var firstID: ConnectionID?
    var tracedEvents = 0
    let began: Instant
    /// When either side closed it; nil while it is open.
    private(set) var closed: Instant?
    private var closePacket: ClosePacket?
    /// Whether the socket had no room for the close packet.
    private var owesClosePacket = false
    private var lastRemoteAddress: SocketAddress
    private lazy var timer = Timer { [unowned self] in timerFired() }

    /// The application protocol that ALPN chose; nil before the handshake is complete.
    package internal(set) var applicationProtocol: String?
    /// The host that the client named (SNI), and the peer's certificate in DER; nil where there is none, or not yet.
    package internal(set) var serverName: String?
    package internal(set) var peerCertificate: [UInt8]?
    /// Whether the handshake resumed an earlier session.
    package internal(set) var isResumed = false
    /// What only a client's end has.
    package let client: ClientState?
    /// Whether the peer's stateless reset came.
    var isReset = false
    /// Why the connection is over; nil while it is not.
    package private(set) var closeError: QUICError?
    /// Whether the handshake is complete.
    package internal(set) var isEstablished = false
    /// Whether it is wished that the connection ends soon, and who waits to hear of it. The listener's to keep.
    package var isGoingAway = false {
        didSet { if isGoingAway { goingAwayChanged.notify() } }
    }
    package private(set) lazy var goingAwayChanged = Condition()
    /// Called once, when the connection is closed by either side.
    package var onClose: (() -> Void)?
    /// What tells it from the listener's others, the IDs that lead to it, and where it is counted; nil where it is not. The
    /// listener's to keep.
    package var number: UInt64 = 0
    package var connectionIDs: [ConnectionID] = []
    package var network: ClientNetwork?

    private struct ClosePacket {
        let queue: SendQueue
        let octets: [UInt8]
        let remote: clinux_address
        let local: clinux_address
    }

    /// Accepts a connection from its first Initial packet, which the caller then gives to `receive`.
    ///
    /// - Parameter path: the addresses it came on.
    /// - Returns: nil where ngtcp2 had no memory for it.
    package convenience init?(
        accepting packet: FirstPacket, path: NetworkPath, context: TransportContext,
        delegate: any ConnectionDelegate
    ) {
        self.init(isClient: false, path: path, context: context, delegate: delegate)
        guard createHandle(packet, path) else {
            delegate.ended(self)
            return nil
        }
    }

    init(isClient: Bool, path: NetworkPath, context: TransportContext, delegate: any ConnectionDelegate) {
        lastRemoteAddress = path.remoteAddress
        client = isClient ? ClientState() : nil
        self.context = context
        began = context.loop.now
        firstQueue = path.queue
        sendQueue = path.queue
        self.delegate = delegate
    }

    var isClient: Bool { client != nil }

    /// The settings of a connection that begins now.
    var settingsNow: ngtcp2_settings {
        var settings = context.settings.ngtcp2Settings
        settings.initial_ts = context.loop.now.nanoseconds
        settings.rand_ctx.native_handle = Unmanaged.passUnretained(context.random).toOpaque()
        return settings
    }

    private func createHandle(_ packet: FirstPacket, _ path: NetworkPath) -> Bool {
        var settings = settingsNow
        var parameters = context.settings.transportParameters
        // RFC 9000 §7.3
        parameters.original_dcid = ngtcp2_cid(packet.token?.originalDestination ?? packet.destination)
        parameters.original_dcid_present = 1
        if let token = packet.token { use(token, of: packet, &settings, &parameters) }
        parameters.stateless_reset_token_present = 1
        let id = withUnsafeMutableBytes(of: &parameters.stateless_reset_token) { token in
            delegate.issueConnectionID(for: self, resetToken: token)
        }
        idIssued(id)
        trace(.started(isClient: false, remote: lastRemoteAddress))
        offerPreferredAddress(in: &parameters)

        var peerID = ngtcp2_cid(packet.source)
        var ownID = ngtcp2_cid(id)
        var path = path.ngtcp2Path
        let result = withUnsafePointer(to: Self.callbacks) { callbacks in
            quic_conn_server_new(
                &handle, &peerID, &ownID, &path, packet.version, callbacks, &settings, &parameters,
                Unmanaged.passUnretained(self).toOpaque())
        }
        guard result == 0 else { return false }
        setKeepAlive()
        return true
    }

    func idIssued(_ id: ConnectionID) {
        if firstID == nil { firstID = id }
        issuedIDs.issued(id)
        trace(.connectionIDIssued(id))
    }

    /// RFC 9000 §9.6: another address, with a connection ID and its reset token, for clients that came elsewhere.
    private func offerPreferredAddress(in parameters: inout ngtcp2_transport_params) {
        let preferred = context.preferredAddresses
        guard !preferred.isEmpty, !preferred.contains(where: { $0.queue === firstQueue }) else { return }
        parameters.preferred_addr_present = 1
        let id = withUnsafeMutableBytes(of: &parameters.preferred_addr.stateless_reset_token) { token in
            delegate.issueConnectionID(for: self, resetToken: token)
        }
        // It counts as the second (§5.1.1).
        idIssued(id)
        parameters.preferred_addr.cid = ngtcp2_cid(id)
        for address in preferred.map(\.address.storage) {
            if address.length == socklen_t(MemoryLayout<sockaddr_in>.size) {
                parameters.preferred_addr.ipv4 = address.ipv4
                parameters.preferred_addr.ipv4_present = 1
            } else {
                parameters.preferred_addr.ipv6 = address.ipv6
                parameters.preferred_addr.ipv6_present = 1
            }
        }
    }

    func setKeepAlive() {
        guard let keepAlive = context.settings.keepAlive else { return }
        ngtcp2_conn_set_keep_alive_timeout(handle, keepAlive.nanoseconds)
    }

    /// The peer's address is valid (RFC 9000 §8.1): ngtcp2 copies the token, and takes other Initials with it only.
    private func use(
        _ token: FirstPacket.Token, of packet: FirstPacket, _ settings: inout ngtcp2_settings,
        _ parameters: inout ngtcp2_transport_params
    ) {
        settings.token = token.octets.baseAddress?.assumingMemoryBound(to: UInt8.self)
        settings.tokenlen = token.octets.count
        settings.token_type = NGTCP2_TOKEN_TYPE_NEW_TOKEN
        guard token.isOfRetry else { return }
        settings.token_type = NGTCP2_TOKEN_TYPE_RETRY
        parameters.retry_scid = ngtcp2_cid(packet.destination)
        parameters.retry_scid_present = 1
    }

    /// Gives the peer a token for its next connection, NEW_TOKEN (RFC 9000 §8.1.3).
    package func sendToken(_ token: UnsafeRawBufferPointer) {
        guard let handle else { return }
        let start = token.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let result = ngtcp2_conn_submit_new_token(handle, start, token.count)
        precondition(result == 0, "ngtcp2 had no memory for a token")
    }

    deinit {
        if let handle { ngtcp2_conn_del(handle) }
    }

    /// The probe timeout (RFC 9002 §6.2.1); zero once the connection is closed.
    package var probeTimeout: Duration {
        handle.map { .nanoseconds(Int64(clamping: ngtcp2_conn_get_pto($0))) } ?? .zero
    }

    /// Whether streams can be used.
    package var isOpen: Bool { machine.isOpen }

    /// Whether nothing is left of it.
    package var hasEnded: Bool { machine.hasEnded }

    /// The peer's address now, or when the connection was closed; it may change (RFC 9000 §9).
    package var remoteAddress: SocketAddress {
        guard let handle else { return lastRemoteAddress }
        return SocketAddress(ngtcp2_conn_get_path(handle).pointee.remote)
    }

    /// Its own address now; nil once the connection is over.
    package var localAddress: SocketAddress? {
        handle.map { SocketAddress(ngtcp2_conn_get_path($0).pointee.local) }
    }

    /// Whether what comes to a socket may be the connection's: a client moves, its server's address does not
    /// (RFC 9000 §9), but for one that clients were told of.
    package func listens(on queue: SendQueue) -> Bool {
        queue === firstQueue || context.preferredAddresses.contains { $0.queue === queue }
    }

    // MARK: Timer

    /// Sets the timer to the next deadline, ngtcp2's or the application's.
    func updateTimer() {
        guard let handle else { return }
        let expiry = Instant(nanoseconds: ngtcp2_conn_get_expiry(handle))
        context.loop.set(timer, to: min(expiry, machine.finishDeadline))
    }

    private func timerFired() {
        guard let handle else { return end(closeError ?? QUICError(.closedLocally)) }
        switch ngtcp2_conn_handle_expiry(handle, context.loop.now.nanoseconds) {
        case 0:
            context.addPendingWrite(self)
        case NGTCP2_ERR_IDLE_CLOSE, NGTCP2_ERR_HANDSHAKE_TIMEOUT:
            // RFC 9000 §10.1: an idle connection is closed without a word.
            end(QUICError(.timedOut))
        case let result:
            fail(result)
        }
    }

    // MARK: Closing

    /// Closes the connection: CONNECTION_CLOSE with the application's `code` goes out at once, and what was
    /// not sent is lost. Nothing where it is closed already.
    package func close(code: UInt64, reason: String) {
        let code = ApplicationCode.clamp(code)
        close(QUICError(.closedLocally, applicationCode: code, reason: reason)) { error, text in
            ngtcp2_ccerr_set_application_error(error, code, text.baseAddress, text.count)
        }
    }

    /// Closes the connection with no error once the peer has acknowledged all that was written, or has not
    /// within the idle timeout.
    package func closeWhenFlushed() {
        machine.finish(by: context.loop.now + context.settings.idleTimeout)
        context.addPendingWrite(self)
    }

    func closeIfFlushed() {
        guard machine.finishDeadline != .never else { return }
        let isFlushed = streams.values.allSatisfy(\.isFlushed)
        if machine.closesWhenFlushed(isFlushed, at: context.loop.now) { close(code: 0, reason: "") }
    }

    /// Closes the connection for an error that ngtcp2 found.
    func fail(_ result: Int32) {
        let failure = handshakeFailure
        let reason = failure.map { "\($0)" } ?? String(cString: ngtcp2_strerror(result))
        close(QUICError(.protocolViolated, reason: reason)) { error, _ in
            if let failure {
                ngtcp2_ccerr_set_transport_error(error, failure.errorCode, nil, 0)
            } else {
                ngtcp2_ccerr_set_liberr(error, result, nil, 0)
            }
        }
    }

    private func close(
        _ error: QUICError,
        describing describe: (UnsafeMutablePointer<ngtcp2_ccerr>, UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard let handle, machine.close() else { return }
        closeError = error
        var description = ngtcp2_ccerr()
        ngtcp2_ccerr_default(&description)
        var info = ngtcp2_pkt_info()
        // 1,200 octets: any path takes them (RFC 9000 §14). A longer reason is cut.
        let reason = Array(error.reason.utf8.prefix(256))
        let packet = [UInt8](unsafeUninitializedCapacity: 1200) { buffer, count in
            count = reason.withUnsafeBufferPointer { text in
                describe(&description, text)
                let count = quic_conn_write_connection_close(
                    handle, &context.path.pointee.path, &info, buffer.baseAddress, buffer.count, &description,
                    context.loop.now.nanoseconds)
                return max(0, count)
            }
        }
        guard !packet.isEmpty else { return end(error) }
        let path = context.path.pointee.path
        closePacket = ClosePacket(
            queue: path.queue, octets: packet, remote: clinux_address(path.remote),
            local: clinux_address(path.local))
        sendClosePacket()
        awaitEndOfPeer(error)
    }

    /// The peer's CONNECTION_CLOSE came.
    func drain() {
        guard let handle, machine.drain() else { return }
        let error = isReset ? QUICError(.statelessReset) : QUICError(closedByPeerOf: handle)
        closeError = error
        awaitEndOfPeer(error)
    }

    /// Knows the peer's late packets for three PTO (RFC 9000 §10.2). That takes no more than the connection IDs
    /// and the packet to answer with.
    private func awaitEndOfPeer(_ error: QUICError) {
        let period = probeTimeout * 3
        release(error)
        context.loop.set(timer, to: context.loop.now + min(period, .seconds(10)))
    }

    /// Gives back all that an open connection holds.
    private func release(_ error: QUICError) {
        if handle != nil { traceEnd(error) }
        if closed == nil { closed = context.loop.now }
        lastRemoteAddress = remoteAddress
        if let handle { ngtcp2_conn_del(handle) }
        handle = nil
        handshake = nil
        detachStreams(error)
        client?.changed.notify()
        onClose?()
        onClose = nil
    }

    /// Answers a packet in the closing period, ever more rarely.
    func receiveWhileClosing() {
        if machine.answersPacket() { sendClosePacket() }
    }

    /// Sends the CONNECTION_CLOSE that the socket had no room for.
    func writeWhileClosing() {
        if owesClosePacket { sendClosePacket() }
    }

    private func sendClosePacket() {
        guard let closePacket else { return }
        guard let space = closePacket.queue.space(for: closePacket.octets.count) else {
            owesClosePacket = true
            return context.addPendingWrite(self)
        }
        owesClosePacket = false
        closePacket.octets.withUnsafeBytes { space.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        closePacket.queue.append(
            count: closePacket.octets.count, remote: closePacket.remote, local: closePacket.local, ecn: 0)
    }

    /// Ends the connection without a word: it holds nothing any more.
    package func end(_ error: QUICError) {
        guard machine.end() else { return }
        if closeError == nil { closeError = error }
        owesClosePacket = false
        context.loop.clear(timer)
        release(error)
        delegate.ended(self)
    }
}

extension QUICError {
    /// What the peer's CONNECTION_CLOSE said.
    fileprivate init(closedByPeerOf handle: OpaquePointer) {
        let error = ngtcp2_conn_get_ccerr(handle).pointee
        let isApplications = error.type == NGTCP2_CCERR_TYPE_APPLICATION
        let octets = UnsafeBufferPointer(start: error.reason, count: error.reasonlen)
        self.init(
            .closedByPeer, applicationCode: isApplications ? error.error_code : nil,
            transportCode: isApplications ? nil : error.error_code,
            reason: String(decoding: octets, as: UTF8.self))
    }
}
