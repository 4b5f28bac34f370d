internal import CQUICShims

extension Connection {
    /// Has the peer retire all connection IDs issued so far: from now on it is to use only what the delegate
    /// issues after this call.
    ///
    /// It takes effect once the handshake is complete, and after a former replacement; nothing where the
    /// connection is closed.
    package func replaceConnectionIDs() {
        guard isOpen else { return }
        issuedIDs.replaceAll()
        context.addPendingWrite(self)
    }

    /// Changes what is known of the issued IDs, and tells ngtcp2 how many there may be.
    func changeIssuedIDs(_ change: (inout IssuedConnectionIDs) -> Void) {
        change(&issuedIDs)
        guard let handle else { return }
        quic_conn_set_peer_connection_id_limit(handle, UInt64(issuedIDs.limit))
    }

    /// Begins the replacement that is wanted, if it can be. To be called when all is written, with which ngtcp2
    /// has issued what the peer's limit allows.
    ///
    /// - Returns: whether it began, so that there is more to write.
    func startReplacingConnectionIDs() -> Bool {
        guard issuedIDs.isReplacing, isEstablished else { return false }
        var hasStarted = false
        changeIssuedIDs { hasStarted = $0.start() }
        return hasStarted
    }

    // MARK: Packets

    /// Leaves room for frames that grow, in packets written from now on.
    ///
    /// - Returns: how long a packet may be before they do.
    func reservePayloadGrowth(_ handle: OpaquePointer, in packetSize: Int) -> Int {
        payloadGrowth.room = issuedIDs.retirePriorTo?.largestGrowth ?? 0
        guard payloadGrowth.room > 0 else { return packetSize }
        // ngtcp2 fills packets up to what the path takes, and the room has to be within that.
        return min(packetSize, ngtcp2_conn_get_path_max_tx_udp_payload_size(handle)) - payloadGrowth.room
    }

    /// Makes the NEW_CONNECTION_ID frames of a payload that ngtcp2 has encoded retire what is to be replaced.
    ///
    /// - Returns: how many octets it has now.
    func complete(_ payload: UnsafeMutableRawPointer, count: Int) -> Int {
        guard let retirePriorTo = issuedIDs.retirePriorTo else { return count }
        let buffer = UnsafeMutableRawBufferPointer(start: payload, count: count + payloadGrowth.room)
        let completed = retirePriorTo.write(to: buffer, count: count)
        payloadGrowth.grown = completed.map { $0 - count }
        return completed ?? count
    }

    /// Looks for RETIRE_CONNECTION_ID in a payload that came: ngtcp2 tells of it only a PTO later.
    func inspect(_ payload: UnsafeRawBufferPointer) {
        var walker = FrameWalker(payload)
        while let frame = walker.next() {
            guard frame.type == FrameWalker.retireConnectionID else { continue }
            changeIssuedIDs { $0.retired(frame.firstField) }
        }
    }
}

/// By how much the packet at hand became longer than ngtcp2 knows. Nothing in it says its length: it has a short
/// header and is the last in its datagram.
struct PayloadGrowth {
    /// The most that it may become longer.
    var room = 0
    /// By how much it became longer; nil if there was no room for it.
    var grown: Int? = 0

    mutating func take() -> Int? {
        defer { grown = 0 }
        return grown
    }
}
