internal import CQUICShims
private import EventLoop

extension Connection {
    /// The next stream that the peer opened and nobody took yet.
    package func takeIncomingStream() -> Stream? {
        guard !incomingStreams.isEmpty else { return nil }
        let stream = incomingStreams.removeFirst()
        stream.isTaken = true
        replaceIfDone(stream)
        return stream
    }

    /// Opens a stream; nil while the peer's limit on streams is reached.
    package func openStream(bidirectional: Bool) throws(QUICError) -> Stream? {
        guard let handle else { throw closeError ?? QUICError(.closedLocally) }
        var id: Int64 = 0
        let result =
            bidirectional
            ? ngtcp2_conn_open_bidi_stream(handle, &id, nil) : ngtcp2_conn_open_uni_stream(handle, &id, nil)
        switch result {
        case 0: return addStream(id, isLocal: true)
        case NGTCP2_ERR_STREAM_ID_BLOCKED: return nil
        default: throw QUICError(.protocolViolated, reason: String(cString: ngtcp2_strerror(result)))
        }
    }

    @discardableResult
    private func addStream(_ id: Int64, isLocal: Bool) -> Stream {
        let stream = Stream(id: id, isLocal: isLocal, connection: self, pool: context.blocks)
        streams[id] = stream
        // Unretained: `streams` holds it until ngtcp2 closes it.
        ngtcp2_conn_set_stream_user_data(handle, id, Unmanaged.passUnretained(stream).toOpaque())
        return stream
    }

    // MARK: For streams

    func queueToSend(_ stream: Stream) {
        // A blocked one stays where it is until the next packet comes.
        streamsToSend.append(stream)
        context.addPendingWrite(self)
    }

    /// The application read `count` octets: the peer may send as many more.
    func consumed(_ count: Int, of stream: Stream) {
        guard count > 0, let handle else { return }
        ngtcp2_conn_extend_max_stream_offset(handle, stream.id, UInt64(count))
        ngtcp2_conn_extend_max_offset(handle, UInt64(count))
        context.addPendingWrite(self)
    }

    func shutDownWriting(of stream: Stream, code: UInt64) {
        guard let handle else { return }
        ngtcp2_conn_shutdown_stream_write(handle, 0, stream.id, code)
        context.addPendingWrite(self)
    }

    func shutDownReading(of stream: Stream, code: UInt64) {
        guard let handle else { return }
        ngtcp2_conn_shutdown_stream_read(handle, 0, stream.id, code)
        context.addPendingWrite(self)
    }

    func detachStreams(_ error: QUICError) {
        for stream in streams.values { stream.detach(error) }
        streams.removeAll()
        incomingStreams.removeAll()
        streamsToSend.removeAll()
        blockedStreams.removeAll()
        outgoingDatagrams.removeAll()
        incomingStreamsChanged.notify()
        incomingDatagramsChanged.notify()
        streamCreditChanged.notify()
    }

    // MARK: For ngtcp2

    func peerOpenedStream(_ id: Int64) {
        incomingStreams.append(addStream(id, isLocal: false))
        incomingStreamsChanged.notify()
    }

    func streamClosed(_ stream: Stream) {
        streams[stream.id] = nil
        stream.closedByBothSides()
        replaceIfDone(stream)
    }

    /// Lets the peer open another stream for one of its own that is closed and was taken by the application: an
    /// application that takes none cannot be made to hold ever more.
    private func replaceIfDone(_ stream: Stream) {
        guard let handle, stream.isTaken, stream.isClosed else { return }
        guard ngtcp2_conn_is_local_stream(handle, stream.id) == 0 else { return }
        if stream.isBidirectional {
            ngtcp2_conn_extend_max_streams_bidi(handle, 1)
        } else {
            ngtcp2_conn_extend_max_streams_uni(handle, 1)
        }
        context.addPendingWrite(self)
    }

    /// A stream's data was acknowledged or given up: writers that wait for the connection's budget may go on.
    func released(_ count: Int) {
        guard sendBudget.giveBack(count) else { return }
        for stream in streams.values { stream.writable.notify() }
    }
}
