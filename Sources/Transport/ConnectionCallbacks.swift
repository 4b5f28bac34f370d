internal import CQUICShims
private import EventLoop
private import Linux
private import QUICLB
private import TLS

// ngtcp2's callbacks. The user data is the connection, unretained: it owns the ngtcp2 state and deletes it before
// it goes, so no callback comes later. A stream's user data is the stream, unretained: the connection holds it
// until the close callback.

extension Connection {
    static let callbacks = makeCallbacks()

    private static func makeCallbacks() -> ngtcp2_callbacks {
        var callbacks = ngtcp2_callbacks()
        setCryptoCallbacks(&callbacks)
        setStreamCallbacks(&callbacks)
        setConnectionIDCallbacks(&callbacks)
        setClientCallbacks(&callbacks)
        setPathCallbacks(&callbacks)
        callbacks.rand = { destination, count, context in
            let source = Unmanaged<RandomSource>.fromOpaque(context!.pointee.native_handle!)
            source._withUnsafeGuaranteedRef { source in
                source.fill(UnsafeMutableRawBufferPointer(start: destination, count: count))
            }
        }
        callbacks.get_path_challenge_data = { _, data, userData in
            let octets = UnsafeMutableRawBufferPointer(start: data, count: Int(NGTCP2_PATH_CHALLENGE_DATALEN))
            connection(userData).context.random.fill(octets)
            return 0
        }
        return callbacks
    }

    private static func setCryptoCallbacks(_ callbacks: inout ngtcp2_callbacks) {
        callbacks.recv_client_initial = { _, destination, userData in
            let octets = ConnectionID(destination!.pointee)
            let isInstalled = octets.withUnsafeBytes { connection(userData).installInitialKeys(for: $0) }
            return isInstalled ? 0 : NGTCP2_ERR_CALLBACK_FAILURE
        }
        callbacks.recv_crypto_data = { _, level, _, data, count, userData in
            let level: EncryptionLevel =
                switch level {
                case NGTCP2_ENCRYPTION_LEVEL_INITIAL: .initial
                case NGTCP2_ENCRYPTION_LEVEL_HANDSHAKE: .handshake
                default: .application
                }
            let octets = UnsafeRawBufferPointer(start: data, count: count)
            return connection(userData).receiveCrypto(octets, level: level)
        }
        callbacks.handshake_completed = { _, userData in
            let connection = connection(userData)
            connection.isEstablished = true
            connection.trace(
                .handshakeCompleted(
                    applicationProtocol: connection.applicationProtocol, isResumed: connection.isResumed))
            connection.delegate.handshakeCompleted(connection)
            return 0
        }
        callbacks.encrypt = { destination, _, context, plaintext, count, nonce, nonceCount, aad, aadCount in
            let header = UnsafeRawBufferPointer(start: aad, count: aadCount)
            let isSealed = packetKey(context)._withUnsafeGuaranteedRef { key in
                let count = completePayload(destination!, count, header, of: key.owner)
                return key.seal(
                    into: destination!, plaintext: UnsafeRawBufferPointer(start: plaintext, count: count),
                    nonce: UnsafeRawBufferPointer(start: nonce, count: nonceCount), aad: header)
            }
            return isSealed ? 0 : NGTCP2_ERR_CALLBACK_FAILURE
        }
        callbacks.decrypt = { destination, _, context, ciphertext, count, nonce, nonceCount, aad, aadCount in
            let header = UnsafeRawBufferPointer(start: aad, count: aadCount)
            let isOpened = packetKey(context)._withUnsafeGuaranteedRef { key in
                let isOpened = key.open(
                    into: destination!, ciphertext: UnsafeRawBufferPointer(start: ciphertext, count: count),
                    nonce: UnsafeRawBufferPointer(start: nonce, count: nonceCount), aad: header)
                if isOpened {
                    inspectPayload(destination!, count - CipherSuite.tagLength, header, of: key.owner)
                }
                return isOpened
            }
            return isOpened ? 0 : NGTCP2_ERR_DECRYPT
        }
        callbacks.hp_mask = { destination, _, context, sample in
            let key = Unmanaged<HeaderProtectionKey>.fromOpaque(context!.pointee.native_handle!)
            let isMasked = key._withUnsafeGuaranteedRef { $0.mask(into: destination!, sample: sample!) }
            return isMasked ? 0 : NGTCP2_ERR_CALLBACK_FAILURE
        }
        callbacks.update_key = {
            _, receiveSecret, sendSecret, receiveAEAD, receiveIV, sendAEAD, sendIV, currentReceive,
            currentSend, count,
            userData in
            let connection = connection(userData)
            connection.updateKey(
                .opening, current: UnsafeRawBufferPointer(start: currentReceive, count: count),
                secret: receiveSecret!, aead: receiveAEAD!, iv: receiveIV!)
            connection.updateKey(
                .sealing, current: UnsafeRawBufferPointer(start: currentSend, count: count),
                secret: sendSecret!, aead: sendAEAD!, iv: sendIV!)
            return 0
        }
        callbacks.delete_crypto_aead_ctx = { _, context, _ in
            packetKey(context).release()
        }
        callbacks.delete_crypto_cipher_ctx = { _, context, _ in
            guard let key = context!.pointee.native_handle else { return }
            Unmanaged<HeaderProtectionKey>.fromOpaque(key).release()
        }
        // Asked for where version negotiation changes the version; this server speaks one.
        callbacks.version_negotiation = { _, _, _, _ in NGTCP2_ERR_CALLBACK_FAILURE }
    }

    private static func setClientCallbacks(_ callbacks: inout ngtcp2_callbacks) {
        callbacks.client_initial = { handle, userData in
            let connection = connection(userData)
            let destination = ConnectionID(ngtcp2_conn_get_client_initial_dcid(handle).pointee)
            guard destination.withUnsafeBytes({ connection.installInitialKeys(for: $0) }) else {
                return NGTCP2_ERR_CALLBACK_FAILURE
            }
            return connection.startHandshake()
        }
        // RFC 9001 §5.2: the keys follow the ID that the Retry chose.
        callbacks.recv_retry = { _, header, userData in
            let source = ConnectionID(header!.pointee.scid)
            let isInstalled = source.withUnsafeBytes { connection(userData).installInitialKeys(for: $0) }
            return isInstalled ? 0 : NGTCP2_ERR_CALLBACK_FAILURE
        }
        callbacks.recv_new_token = { _, token, count, userData in
            connection(userData).receive(token: UnsafeRawBufferPointer(start: token, count: count))
            return 0
        }
        callbacks.handshake_confirmed = { _, userData in
            connection(userData).handshakeConfirmed()
            return 0
        }
        callbacks.select_preferred_addr = { handle, selected, offered, userData in
            connection(userData).selectPreferredAddress(of: offered!.pointee, into: selected!)
            return 0
        }
    }

    private static func setPathCallbacks(_ callbacks: inout ngtcp2_callbacks) {
        callbacks.recv_stateless_reset = { _, _, userData in
            connection(userData).isReset = true
            return 0
        }
        callbacks.path_validation = { _, flags, path, _, result, userData in
            connection(userData).pathValidated(
                path!.pointee, isValid: result == NGTCP2_PATH_VALIDATION_RESULT_SUCCESS,
                wantsToken: flags & UInt32(NGTCP2_PATH_VALIDATION_FLAG_NEW_TOKEN) != 0)
            return 0
        }
    }

    private static func setStreamCallbacks(_ callbacks: inout ngtcp2_callbacks) {
        callbacks.stream_open = { _, id, userData in
            connection(userData).peerOpenedStream(id)
            return 0
        }
        callbacks.recv_stream_data = { _, flags, _, _, data, count, _, streamData in
            let isLast = flags & UInt32(NGTCP2_STREAM_DATA_FLAG_FIN) != 0
            unretainedStream(streamData)?._withUnsafeGuaranteedRef { stream in
                stream.receive(UnsafeRawBufferPointer(start: data, count: count), isLast: isLast)
            }
            return 0
        }
        callbacks.acked_stream_data_offset = { _, _, _, count, _, streamData in
            unretainedStream(streamData)?._withUnsafeGuaranteedRef { $0.acknowledged(Int(count)) }
            return 0
        }
        callbacks.stream_close = { _, _, _, _, userData, streamData in
            if let stream = stream(streamData) { connection(userData).streamClosed(stream) }
            return 0
        }
        callbacks.stream_reset = { _, _, _, code, _, streamData in
            stream(streamData)?.failReceiving(QUICError(.streamReset, applicationCode: code))
            return 0
        }
        callbacks.recv_datagram = { _, _, data, count, userData in
            connection(userData).receive(datagram: UnsafeRawBufferPointer(start: data, count: count))
            return 0
        }
        callbacks.extend_max_local_streams_bidi = { _, _, userData in
            connection(userData).streamCreditChanged.notify()
            return 0
        }
        callbacks.extend_max_local_streams_uni = { _, _, userData in
            connection(userData).streamCreditChanged.notify()
            return 0
        }
    }

    private static func setConnectionIDCallbacks(_ callbacks: inout ngtcp2_callbacks) {
        callbacks.get_new_connection_id = { _, id, token, _, userData in
            let connection = connection(userData)
            let tokenOctets = UnsafeMutableRawBufferPointer(
                start: token, count: Int(NGTCP2_STATELESS_RESET_TOKENLEN))
            let new = connection.delegate.issueConnectionID(for: connection, resetToken: tokenOctets)
            id!.pointee = ngtcp2_cid(new)
            connection.idIssued(new)
            return 0
        }
        callbacks.remove_connection_id = { _, id, userData in
            let connection = connection(userData)
            let id = ConnectionID(id!.pointee)
            connection.delegate.retireConnectionID(id, of: connection)
            connection.trace(.connectionIDRetired(id))
            connection.changeIssuedIDs { $0.removed(id) }
            return 0
        }
    }
}

private func connection(_ userData: UnsafeMutableRawPointer?) -> Connection {
    Unmanaged<Connection>.fromOpaque(userData!).takeUnretainedValue()
}

/// Completes the payload of a packet about to be sealed, which ngtcp2 has encoded where it will be sealed.
private func completePayload(
    _ payload: UnsafeMutablePointer<UInt8>, _ count: Int, _ header: UnsafeRawBufferPointer,
    of owner: UnsafeRawPointer?
) -> Int {
    guard let owner else { return count }
    return Unmanaged<Connection>.fromOpaque(owner)._withUnsafeGuaranteedRef { connection in
        let completed =
            connection.issuedIDs.isReplacing && header.isShort
            ? connection.complete(UnsafeMutableRawPointer(payload), count: count) : count
        connection.tracePacket(
            isSent: true, header: header, payload: UnsafeRawBufferPointer(start: payload, count: completed))
        return completed
    }
}

private func inspectPayload(
    _ payload: UnsafeMutablePointer<UInt8>, _ count: Int, _ header: UnsafeRawBufferPointer,
    of owner: UnsafeRawPointer?
) {
    guard let owner else { return }
    let payload = UnsafeRawBufferPointer(start: payload, count: count)
    Unmanaged<Connection>.fromOpaque(owner)._withUnsafeGuaranteedRef { connection in
        connection.tracePacket(isSent: false, header: header, payload: payload)
        if connection.issuedIDs.isReplacing, header.isShort { connection.inspect(payload) }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these are the first octets of a packet with a short header (RFC 9000 §17.3).
    fileprivate var isShort: Bool { self[0] & 0x80 == 0 }
}

private func stream(_ userData: UnsafeMutableRawPointer?) -> Stream? {
    unretainedStream(userData)?.takeUnretainedValue()
}

/// For what happens with every packet: no reference is counted.
private func unretainedStream(_ userData: UnsafeMutableRawPointer?) -> Unmanaged<Stream>? {
    userData.map { Unmanaged.fromOpaque($0) }
}

private func packetKey(_ context: UnsafePointer<ngtcp2_crypto_aead_ctx>?) -> Unmanaged<PacketKey> {
    Unmanaged.fromOpaque(context!.pointee.native_handle!)
}

private func packetKey(_ context: UnsafeMutablePointer<ngtcp2_crypto_aead_ctx>?) -> Unmanaged<PacketKey> {
    packetKey(UnsafePointer(context))
}
