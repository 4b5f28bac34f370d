internal import CLinux
internal import CQUICShims
package import EventLoop
package import Linux
package import QUICLB
internal import TLS

/// A server's end of a QUIC connection (RFC 9000) over ngtcp2.
///
/// Confined to the loop's thread. It belongs to its listener from acceptance until `ended`; whoever holds it
/// longer finds it closed. `@unchecked Sendable`: it is handed to `@LoopActor` code, which runs on the same
/// thread.
package final class Connection: @unchecked Sendable {
    /// Wakes those who wait for a stream of the peer's.
    package let incomingStreamsChanged = Condition()
    /// Wakes those who wait for leave to open a stream.
    package let streamCreditChanged = Condition()

    private let initialRemoteAddress: SocketAddress
    let context: TransportContext
    let sendQueue: SendQueue
    unowned let delegate: any ConnectionDelegate
    /// ngtcp2's state; nil once ended.
    var handle: OpaquePointer?
    /// TLS, from the first CRYPTO data until the handshake is complete.
    var handshake: OpenSSLHandshake?
    var handshakeFailure: HandshakeFailure?
    /// The cipher suite that TLS chose.
    var suite: CipherSuite?
    var streams: [Int64: Stream] = [:]
    var incomingStreams: [Stream] = []
    var streamsToSend = StreamQueue()
    var isWritePending = false
    private var state = State.open
    private var owesClosePacket = false
    private lazy var timer = Timer { [unowned self] in timerFired() }

    /// The application protocol that ALPN chose; nil before the handshake is complete.
    package internal(set) var applicationProtocol: String?
    /// Why the connection is over; nil while it is not.
    package private(set) var closeError: QUICError?
    /// The IDs that lead to it. The listener's to keep.
    package var connectionIDs: [ConnectionID] = []

    private enum State {
        case open
        /// The application is done: to be closed once what it wrote is acknowledged.
        case finishing
        /// CONNECTION_CLOSE was sent, and is sent again when the peer goes on (RFC 9000 §10.2.1).
        case closing(packet: ClosePacket, received: UInt64)
        /// The peer closed: silence until its packets are gone from the network (RFC 9000 §10.2.2).
        case draining
        case ended
    }

    private struct ClosePacket {
        let octets: [UInt8]
        let remote: clinux_address
        let local: clinux_address
    }

    /// Accepts a connection from its first Initial packet, which the caller then gives to `receive`.
    ///
    /// - Parameters:
    ///   - version: the packet's QUIC version.
    ///   - destination: its Destination Connection ID, which the client made up.
    ///   - source: its Source Connection ID, the client's own.
    ///   - path: the addresses it came on.
    ///   - sendQueue: of the socket it came to.
    /// - Returns: nil where ngtcp2 had no memory for it.
    package init?(
        acceptingVersion version: UInt32, destination: ConnectionID, source: ConnectionID, path: NetworkPath,
        context: TransportContext, sendQueue: SendQueue, delegate: any ConnectionDelegate
    ) {
        initialRemoteAddress = path.remoteAddress
        self.context = context
        self.sendQueue = sendQueue
        self.delegate = delegate
        guard createHandle(version, destination, source, path) else {
            delegate.ended(self)
            return nil
        }
    }

    private func createHandle(
        _ version: UInt32, _ destination: ConnectionID, _ source: ConnectionID, _ path: NetworkPath
    ) -> Bool {
        var settings = ngtcp2_settings()
        quic_settings_default(&settings)
        settings.initial_ts = context.loop.now.nanoseconds
        settings.handshake_timeout = context.settings.handshakeTimeout.nanoseconds
        settings.max_tx_udp_payload_size = context.settings.maximumUDPPayload
        settings.max_window = context.settings.maximumConnectionWindow
        settings.max_stream_window = context.settings.maximumStreamWindow

        var parameters = ngtcp2_transport_params()
        quic_transport_params_default(&parameters)
        parameters.max_idle_timeout = context.settings.idleTimeout.nanoseconds
        parameters.initial_max_data = context.settings.connectionWindow
        parameters.initial_max_stream_data_bidi_local = context.settings.streamWindow
        parameters.initial_max_stream_data_bidi_remote = context.settings.streamWindow
        parameters.initial_max_stream_data_uni = context.settings.streamWindow
        parameters.initial_max_streams_bidi = context.settings.maximumBidirectionalStreams
        parameters.initial_max_streams_uni = context.settings.maximumUnidirectionalStreams
        parameters.active_connection_id_limit = context.settings.activeConnectionIDLimit
        parameters.original_dcid = ngtcp2_cid(destination)
        parameters.original_dcid_present = 1
        parameters.stateless_reset_token_present = 1
        let id = withUnsafeMutableBytes(of: &parameters.stateless_reset_token) { token in
            delegate.issueConnectionID(for: self, resetToken: token)
        }

        var peerID = ngtcp2_cid(source)
        var ownID = ngtcp2_cid(id)
        var path = path.ngtcp2Path
        let result = withUnsafePointer(to: Self.callbacks) { callbacks in
            quic_conn_server_new(
                &handle, &peerID, &ownID, &path, version, callbacks, &settings, &parameters,
                Unmanaged.passUnretained(self).toOpaque())
        }
        return result == 0
    }

    deinit {
        if let handle { ngtcp2_conn_del(handle) }
    }

    // MARK: State

    /// Whether streams can be used.
    package var isOpen: Bool {
        switch state {
        case .open, .finishing: true
        case .closing, .draining, .ended: false
        }
    }

    /// The peer's address now; it may change (RFC 9000 §9).
    package var remoteAddress: SocketAddress {
        guard let handle else { return initialRemoteAddress }
        return SocketAddress(ngtcp2_conn_get_path(handle).pointee.remote)
    }

    // MARK: Timer

    /// Sets the timer to ngtcp2's next deadline.
    func updateTimer() {
        guard let handle, isOpen else { return }
        context.loop.set(timer, to: Instant(nanoseconds: ngtcp2_conn_get_expiry(handle)))
    }

    private func timerFired() {
        switch state {
        case .open, .finishing:
            guard let handle else { return }
            let result = ngtcp2_conn_handle_expiry(handle, context.loop.now.nanoseconds)
            if result == 0 {
                context.addPendingWrite(self)
            } else if result == NGTCP2_ERR_IDLE_CLOSE || result == NGTCP2_ERR_HANDSHAKE_TIMEOUT {
                // RFC 9000 §10.1: an idle connection is closed without a word.
                end(QUICError(.timedOut))
            } else {
                fail(result)
            }
        case .closing, .draining:
            end(closeError ?? QUICError(.closedLocally))
        case .ended:
            break
        }
    }

    // MARK: Closing

    /// Closes the connection: CONNECTION_CLOSE with the application's `code` goes out at once, and what was
    /// not sent is lost. Nothing where it is closed already.
    package func close(code: UInt64, reason: String) {
        close(QUICError(.closedLocally, applicationCode: code, reason: reason)) { error, text in
            ngtcp2_ccerr_set_application_error(error, code, text.baseAddress, text.count)
        }
    }

    /// Closes the connection with `code` once the peer has acknowledged all that was written.
    package func closeWhenFlushed() {
        guard case .open = state else { return }
        state = .finishing
        context.addPendingWrite(self)
    }

    func closeIfFlushed() {
        guard case .finishing = state, streams.values.allSatisfy(\.isFlushed) else { return }
        close(code: 0, reason: "")
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
        guard isOpen, let handle else { return }
        var description = ngtcp2_ccerr()
        ngtcp2_ccerr_default(&description)
        var info = ngtcp2_pkt_info()
        // 1,200 octets: any path takes them (RFC 9000 §14). A longer reason is cut.
        let reason = Array(error.reason.utf8.prefix(256))
        let packet = [UInt8](unsafeUninitializedCapacity: 1200) { buffer, count in
            count = reason.withUnsafeBufferPointer { text in
                describe(&description, text)
                return max(
                    0,
                    quic_conn_write_connection_close(
                        handle, &context.path.pointee.path, &info, buffer.baseAddress, buffer.count,
                        &description,
                        context.loop.now.nanoseconds))
            }
        }
        closeError = error
        guard !packet.isEmpty else { return end(error) }
        let path = context.path.pointee.path
        let closePacket = ClosePacket(
            octets: packet, remote: clinux_address(path.remote), local: clinux_address(path.local))
        state = .closing(packet: closePacket, received: 0)
        send(closePacket)
        awaitEndOfPeer(error)
    }

    /// The peer's CONNECTION_CLOSE came.
    func drain() {
        guard isOpen, let handle else { return }
        let error = QUICError(closedByPeerOf: handle)
        closeError = error
        state = .draining
        awaitEndOfPeer(error)
    }

    /// Keeps what is needed to know the peer's late packets, for three PTO (RFC 9000 §10.2).
    private func awaitEndOfPeer(_ error: QUICError) {
        detachStreams(error)
        let period = Duration.nanoseconds(Int64(clamping: 3 * ngtcp2_conn_get_pto(handle)))
        context.loop.set(timer, to: context.loop.now + period)
    }

    /// Answers a packet in the closing period, ever more rarely (RFC 9000 §10.2.1).
    func receiveWhileClosing() {
        guard case .closing(let packet, var received) = state else { return }
        received += 1
        state = .closing(packet: packet, received: received)
        if received & (received - 1) == 0 { send(packet) }
    }

    private func send(_ packet: ClosePacket) {
        guard let space = sendQueue.space(for: packet.octets.count) else {
            // The socket is full: again when it has room.
            owesClosePacket = true
            return context.addPendingWrite(self)
        }
        owesClosePacket = false
        packet.octets.withUnsafeBytes { space.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        sendQueue.append(count: packet.octets.count, remote: packet.remote, local: packet.local, ecn: 0)
    }

    /// Sends the CONNECTION_CLOSE that the socket had no room for.
    func writeWhileClosing() {
        if owesClosePacket, case .closing(let packet, _) = state { send(packet) }
    }

    /// Ends the connection without a word: it holds nothing any more.
    package func end(_ error: QUICError) {
        if case .ended = state { return }
        if closeError == nil { closeError = error }
        state = .ended
        context.loop.clear(timer)
        detachStreams(error)
        if let handle { ngtcp2_conn_del(handle) }
        handle = nil
        handshake = nil
        delegate.ended(self)
    }
}

extension Duration {
    /// In whole nanoseconds, as ngtcp2 counts.
    fileprivate var nanoseconds: UInt64 {
        UInt64(components.seconds) * 1_000_000_000 + UInt64(components.attoseconds / 1_000_000_000)
    }
}

extension QUICError {
    /// What the peer's CONNECTION_CLOSE said.
    fileprivate init(closedByPeerOf handle: OpaquePointer) {
        let error = ngtcp2_conn_get_ccerr(handle).pointee
        let isApplications = error.type == NGTCP2_CCERR_TYPE_APPLICATION
        let octets = UnsafeBufferPointer(start: error.reason, count: error.reasonlen)
        var reason = String(decoding: octets, as: UTF8.self)
        if !isApplications, error.error_code != 0 {
            reason = "transport error 0x\(String(error.error_code, radix: 16)) \(reason)"
        }
        self.init(.closedByPeer, applicationCode: isApplications ? error.error_code : nil, reason: reason)
    }
}
