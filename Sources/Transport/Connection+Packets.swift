private import CLinux
internal import CQUICShims
private import EventLoop
private import Linux

extension Connection {
    /// Takes a datagram that came for this connection.
    ///
    /// - Parameter ecn: the ECN field of its IP header.
    package func receive(_ datagram: UnsafeRawBufferPointer, path: NetworkPath, ecn: UInt8) {
        traffic.datagramsReceived += 1
        traffic.octetsReceived += UInt64(datagram.count)
        guard let handle else { return receiveWhileClosing() }
        var ngtcp2Path = path.ngtcp2Path
        let result = quic_conn_read_pkt(
            handle, &ngtcp2Path, ecn, datagram.baseAddress?.assumingMemoryBound(to: UInt8.self),
            datagram.count,
            context.loop.now.nanoseconds)
        switch result {
        case 0:
            offerBlockedStreams()
            context.addPendingWrite(self)
        case NGTCP2_ERR_DRAINING:
            drain()
        case NGTCP2_ERR_RECV_VERSION_NEGOTIATION:
            end(QUICError(.versionNotSupported))
        case NGTCP2_ERR_DROP_CONN, NGTCP2_ERR_RETRY, NGTCP2_ERR_AEAD_LIMIT_REACHED:
            // Its first packet was no packet of a connection, or its keys are used up: it goes without a word
            // (RFC 9000 §5.2.2, RFC 9001 §6.6).
            end(QUICError(.protocolViolated, reason: String(cString: ngtcp2_strerror(result))))
        default:
            fail(result)
        }
    }

    /// Lets streams that were blocked try again: the packet may have brought MAX_STREAM_DATA, or STOP_SENDING, of
    /// which ngtcp2 tells only when it is offered data.
    private func offerBlockedStreams() {
        while let stream = blockedStreams.first {
            blockedStreams.removeFirst()
            streamsToSend.append(stream)
        }
    }

    /// Writes what may be sent now to the socket's queue, up to the send quantum: what pacing lets out at once.
    func write() {
        guard let handle else { return writeWhileClosing() }
        let now = context.loop.now.nanoseconds
        repeat {
            let result = writePackets(handle, at: now)
            if result < 0 { return fail(result) }
        } while startReplacingConnectionIDs()
        ngtcp2_conn_update_pkt_tx_time(handle, now)
        updateTimer()
        closeIfFlushed()
    }

    /// - Returns: 0 or ngtcp2's error.
    private func writePackets(_ handle: OpaquePointer, at now: UInt64) -> Int32 {
        let quantum = ngtcp2_conn_get_send_quantum(handle)
        let packetSize = context.settings.maximumUDPPayload
        let capacity = reservePayloadGrowth(handle, in: packetSize)
        defer { payloadGrowth.room = 0 }
        var written = 0
        while written < quantum {
            guard let space = sendQueue.space(for: packetSize) else {
                // The socket is full: again when it has room.
                context.addPendingWrite(self)
                break
            }
            var info = ngtcp2_pkt_info()
            var count = writePacket(handle, to: space, capacity: capacity, info: &info, at: now)
            guard count > 0 else { return Int32(count) }
            written += count
            // What could not be completed is lost, as any packet may be: ngtcp2 repeats its frames.
            guard let growth = payloadGrowth.take() else { continue }
            count += growth
            let path = context.path.pointee.path
            guard moveToSocket(of: path, packet: space, count: count) else { continue }
            traffic.datagramsSent += 1
            traffic.octetsSent += UInt64(count)
            sendQueue.append(
                count: count, remote: clinux_address(path.remote), local: clinux_address(path.local),
                ecn: info.ecn, isProbe: count > ngtcp2_conn_get_path_max_tx_udp_payload_size(handle))
        }
        return 0
    }

    /// Sees to it that a packet goes, and those after it, by the socket where its path begins.
    ///
    /// - Returns: false where that one has no room, and the packet is lost.
    private func moveToSocket(of path: ngtcp2_path, packet: UnsafeRawPointer, count: Int) -> Bool {
        let queue = path.queue
        guard queue !== sendQueue else { return true }
        guard let space = queue.space(for: count) else { return false }
        space.copyMemory(from: packet, byteCount: count)
        sendQueue = queue
        return true
    }

    /// Writes one packet, with data of as many streams as fit.
    ///
    /// - Returns: its length; 0 where there is nothing to send or congestion control forbids it; ngtcp2's error
    ///   where that is negative.
    private func writePacket(
        _ handle: OpaquePointer, to space: UnsafeMutableRawPointer, capacity: Int,
        info: inout ngtcp2_pkt_info, at now: UInt64
    ) -> Int {
        let packet = space.assumingMemoryBound(to: UInt8.self)
        // Asked for before the packet is begun: until it is complete, ngtcp2 allows no other call.
        var credit = ngtcp2_conn_get_max_data_left(handle)
        if outgoingDatagrams.first != nil, isEstablished,
            let count = writeDatagrams(handle, to: packet, capacity: capacity, info: &info, at: now)
        {
            return count
        }
        while true {
            let stream = nextStreamToSend(credit: credit)
            var vectorCount = 0
            var flags = UInt32(NGTCP2_WRITE_STREAM_FLAG_NONE)
            if let stream {
                vectorCount = stream.sendBuffer.gather(into: context.vectors)
                flags = UInt32(NGTCP2_WRITE_STREAM_FLAG_MORE)
                // ngtcp2 sets FIN only if all the given data fits: it is all there is, or two blocks, which
                // never fit.
                if stream.isFinishing { flags |= UInt32(NGTCP2_WRITE_STREAM_FLAG_FIN) }
            }
            var accepted: ngtcp2_ssize = -1
            let count = quic_conn_writev_stream(
                handle, &context.path.pointee.path, &info, packet, capacity, &accepted, flags,
                stream?.id ?? -1, context.vectors.baseAddress, vectorCount, now)
            if let stream, accepted >= 0 {
                credit -= min(credit, UInt64(accepted))
                sent(Int(accepted), of: stream)
            }
            switch Int32(truncatingIfNeeded: count) {
            case NGTCP2_ERR_WRITE_MORE:
                continue
            case NGTCP2_ERR_STREAM_DATA_BLOCKED:
                streamsToSend.removeFirst()
                if let stream { blockedStreams.append(stream) }
                continue
            case NGTCP2_ERR_STREAM_SHUT_WR, NGTCP2_ERR_STREAM_NOT_FOUND:
                // The peer's STOP_SENDING: ngtcp2 has answered it with RESET_STREAM (RFC 9000 §3.5), and this is
                // how it tells.
                stream?.failSending(QUICError(.sendingStopped))
                streamsToSend.removeFirst()
                continue
            default:
                streamsToSend.rotate()
                return count
            }
        }
    }

    /// The stream whose turn it is, moved to the front of the queue; nil where none has anything to send that
    /// the connection's flow control allows. FIN alone needs no credit.
    private func nextStreamToSend(credit: UInt64) -> Stream? {
        for _ in 0..<streamsToSend.count {
            guard let stream = streamsToSend.first else { return nil }
            if !stream.hasSomethingToSend {
                streamsToSend.removeFirst()
            } else if credit > 0 || stream.sendBuffer.unsent == 0 {
                return stream
            } else {
                streamsToSend.rotate()
            }
        }
        return nil
    }

    private func sent(_ count: Int, of stream: Stream) {
        let isLast = stream.isFinishing && count == stream.sendBuffer.unsent
        stream.sent(count, withFIN: isLast)
        if !stream.hasSomethingToSend { streamsToSend.removeFirst() }
    }
}
