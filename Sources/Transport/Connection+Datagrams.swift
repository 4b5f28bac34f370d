internal import CQUICShims
private import EventLoop

// Unreliable datagrams, RFC 9221.
extension Connection {
    /// The longest datagram that can be sent now, in octets: what the peer takes and the path carries; nil where the peer
    /// takes none.
    package var maximumDatagramLength: Int? {
        guard let handle else { return nil }
        let frame = Int(clamping: quic_conn_peer_datagram_limit(handle))
        guard frame > 0 else { return nil }
        // Short header with the longest connection ID and packet number, frame type and length, tag.
        let packet = ngtcp2_conn_get_path_max_tx_udp_payload_size(handle) - (1 + 20 + 4) - 16
        return max(0, min(frame, packet) - (1 + 2))
    }

    /// Queues a datagram: it goes once, and may be lost.
    ///
    /// - Returns: false where too many wait, and it is dropped.
    /// - Throws: where the peer takes none, or none so long.
    package func send(datagram: [UInt8]) throws(QUICError) -> Bool {
        guard isOpen else { throw closeError ?? QUICError(.closedLocally) }
        guard let limit = maximumDatagramLength else {
            throw QUICError(.datagramsNotSupported, reason: "the peer takes no datagrams")
        }
        guard datagram.count <= limit else {
            throw QUICError(
                .datagramTooLong, reason: "it has \(datagram.count) octets, and \(limit) can be sent")
        }
        guard outgoingDatagrams.append(datagram) else { return false }
        context.addPendingWrite(self)
        return true
    }

    /// The next datagram that came and nobody took yet.
    package func takeIncomingDatagram() -> [UInt8]? {
        guard let datagram = incomingDatagrams.first else { return nil }
        incomingDatagrams.removeFirst()
        return datagram
    }

    func receive(datagram octets: UnsafeRawBufferPointer) {
        guard incomingDatagrams.append(Array(octets)) else {
            droppedDatagrams += 1
            return
        }
        incomingDatagramsChanged.notify()
    }

    /// Writes the datagrams that wait into the packet at hand.
    ///
    /// - Returns: nil where there is room for more frames in the packet; else as `writePacket`.
    func writeDatagrams(
        _ handle: OpaquePointer, to packet: UnsafeMutablePointer<UInt8>, capacity: Int,
        info: inout ngtcp2_pkt_info, at now: UInt64
    ) -> Int? {
        while let datagram = outgoingDatagrams.first {
            var accepted: Int32 = 0
            let count = datagram.withUnsafeBufferPointer { octets in
                var vector = ngtcp2_vec(
                    base: UnsafeMutablePointer(mutating: octets.baseAddress), len: octets.count)
                return quic_conn_writev_datagram(
                    handle, &context.path.pointee.path, &info, packet, capacity, &accepted,
                    UInt32(NGTCP2_WRITE_DATAGRAM_FLAG_MORE), &vector, 1, now)
            }
            // One that the path does not carry any more is lost.
            let isLost = count == NGTCP2_ERR_INVALID_ARGUMENT || count == NGTCP2_ERR_INVALID_STATE
            if accepted != 0 || isLost { outgoingDatagrams.removeFirst() }
            if isLost || count == NGTCP2_ERR_WRITE_MORE { continue }
            return count
        }
        return nil
    }
}
