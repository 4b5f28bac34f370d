internal import CQUICShims
private import EventLoop
package import TLS

extension Connection {
    /// Derives and installs the Initial keys (RFC 9001 §5.2).
    func installInitialKeys(for destination: UnsafeRawBufferPointer) -> Bool {
        guard let handle else { return false }
        let secrets = InitialSecrets.derive(destinationConnectionID: destination)
        var crypto = ngtcp2_crypto_ctx(secrets.client.suite)
        ngtcp2_conn_set_initial_crypto_ctx(handle, &crypto)
        let read = PacketProtection(isClient ? secrets.server : secrets.client, .opening, owner: self)
        let write = PacketProtection(isClient ? secrets.client : secrets.server, .sealing, owner: self)
        var (readAEAD, readMask) = (read.aead, read.mask)
        var (writeAEAD, writeMask) = (write.aead, write.mask)
        return read.iv.withUnsafeOctets { readIV in
            write.iv.withUnsafeOctets { writeIV in
                ngtcp2_conn_install_initial_key(
                    handle, &readAEAD, readIV.baseAddress, &readMask, &writeAEAD, writeIV.baseAddress,
                    &writeMask,
                    readIV.count) == 0
            }
        }
    }

    /// Begins a client's handshake.
    ///
    /// - Returns: 0 or ngtcp2's error.
    func startHandshake() -> Int32 {
        driveHandshake { handshake throws(HandshakeFailure) in try handshake.start() }
    }

    /// Hands CRYPTO data to TLS.
    ///
    /// - Returns: 0 or ngtcp2's error.
    func receiveCrypto(_ octets: UnsafeRawBufferPointer, level: EncryptionLevel) -> Int32 {
        driveHandshake { handshake throws(HandshakeFailure) in try handshake.receive(octets, level: level) }
    }

    private func driveHandshake(_ step: (OpenSSLHandshake) throws(HandshakeFailure) -> Void) -> Int32 {
        guard handle != nil else { return NGTCP2_ERR_CALLBACK_FAILURE }
        do throws(HandshakeFailure) {
            let handshake = try currentHandshake()
            let wasComplete = handshake.isComplete
            try step(handshake)
            if handshake.isComplete, !wasComplete { handshakeIsComplete(handshake) }
            return 0
        } catch {
            handshakeFailure = error
            return NGTCP2_ERR_CRYPTO
        }
    }

    private func handshakeIsComplete(_ handshake: OpenSSLHandshake) {
        applicationProtocol = handshake.applicationProtocol
        serverName = handshake.serverName
        peerCertificate = handshake.peerCertificate
        isResumed = handshake.isResumed
        // A client's goes on to read tickets.
        if !isClient { self.handshake = nil }
        ngtcp2_conn_tls_handshake_completed(handle)
    }

    /// TLS, a server's made when the first CRYPTO data comes: what is no valid Initial packet costs no TLS state.
    private func currentHandshake() throws(HandshakeFailure) -> OpenSSLHandshake {
        if let handshake { return handshake }
        guard applicationProtocol == nil else {
            // RFC 9001 §6: after the handshake a client has nothing to say to TLS but a KeyUpdate, forbidden.
            throw HandshakeFailure(.alert(.unexpectedMessage))
        }
        guard let new = try? context.tls?.makeHandshake(delegate: self) else {
            throw HandshakeFailure(.alert(.internalError))
        }
        handshake = new
        return new
    }

    /// Derives one direction's next secret, key and IV from the current secret (RFC 9001 §6.1).
    func updateKey(
        _ direction: PacketKey.Direction, current: UnsafeRawBufferPointer,
        secret: UnsafeMutablePointer<UInt8>,
        aead: UnsafeMutablePointer<ngtcp2_crypto_aead_ctx>, iv: UnsafeMutablePointer<UInt8>
    ) {
        guard let suite else { preconditionFailure("a key update before the handshake") }
        if direction == .sealing { trace(.keysUpdated) }
        let next = TrafficSecret(suite: suite, bytes: current).next()
        next.withUnsafeBytes { octets in
            UnsafeMutableRawPointer(secret).copyMemory(from: octets.baseAddress!, byteCount: octets.count)
        }
        let protection = PacketProtection(next, direction, keepsMask: true, owner: self)
        aead.pointee = protection.aead
        protection.iv.withUnsafeOctets { iv.update(from: $0.baseAddress!, count: $0.count) }
    }
}

extension Connection: QUICHandshakeDelegate {
    package func handshake(didInstallReadSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {
        install(copy secret, level: level, direction: .opening)
    }

    package func handshake(didInstallWriteSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {
        install(copy secret, level: level, direction: .sealing)
    }

    private func install(
        _ secret: TrafficSecret, level: EncryptionLevel, direction: PacketKey.Direction
    ) {
        guard let handle else { return }
        if level == .handshake {
            suite = secret.suite
            var crypto = ngtcp2_crypto_ctx(secret.suite)
            ngtcp2_conn_set_crypto_ctx(handle, &crypto)
        }
        let protection = PacketProtection(secret, direction, owner: self)
        var (aead, mask) = (protection.aead, protection.mask)
        let result = protection.iv.withUnsafeOctets { iv in
            secret.withUnsafeBytes { octets in
                let secretStart = octets.baseAddress!.assumingMemoryBound(to: UInt8.self)
                return switch (level, direction) {
                case (.handshake, .opening):
                    ngtcp2_conn_install_rx_handshake_key(handle, &aead, iv.baseAddress, iv.count, &mask)
                case (.handshake, .sealing):
                    ngtcp2_conn_install_tx_handshake_key(handle, &aead, iv.baseAddress, iv.count, &mask)
                case (.application, .opening):
                    ngtcp2_conn_install_rx_key(
                        handle, secretStart, octets.count, &aead, iv.baseAddress, iv.count, &mask)
                case (.application, .sealing):
                    ngtcp2_conn_install_tx_key(
                        handle, secretStart, octets.count, &aead, iv.baseAddress, iv.count, &mask)
                case (.initial, _):
                    preconditionFailure("Initial keys do not come from TLS")
                }
            }
        }
        precondition(result == 0, "ngtcp2 had no memory for keys")
    }

    package func handshake(didWrite bytes: UnsafeRawBufferPointer, level: EncryptionLevel) {
        guard let handle else { return }
        let result = ngtcp2_conn_submit_crypto_data(
            handle, ngtcp2_encryption_level(level), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            bytes.count)
        precondition(result == 0, "ngtcp2 had no memory for CRYPTO data")
    }

    package func handshake(didReceiveTransportParameters bytes: UnsafeRawBufferPointer) -> Bool {
        guard let handle else { return false }
        let result = ngtcp2_conn_decode_and_set_remote_transport_params(
            handle, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        guard result == 0 else { return false }
        changeIssuedIDs { $0.setPeerLimit(quic_conn_peer_connection_id_limit(handle)) }
        return true
    }

    package func handshake(didMakeSession session: [UInt8]) {
        client?.resumption.session = session
        client?.changed.notify()
    }

    package func handshakeTransportParameters(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let handle else { return nil }
        var parameters = ngtcp2_conn_get_local_transport_params(handle).pointee
        // Said here and not to ngtcp2, which would drop what comes from another host's address then: a NAT may have
        // changed it, and RFC 9000 §9 lets a server follow.
        parameters.disable_active_migration = context.settings.allowsActiveMigration ? 0 : 1
        let count = quic_transport_params_encode(
            buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count, &parameters)
        return count >= 0 ? count : nil
    }
}

extension ngtcp2_encryption_level {
    fileprivate init(_ level: EncryptionLevel) {
        self =
            switch level {
            case .initial: NGTCP2_ENCRYPTION_LEVEL_INITIAL
            case .handshake: NGTCP2_ENCRYPTION_LEVEL_HANDSHAKE
            case .application: NGTCP2_ENCRYPTION_LEVEL_1RTT
            }
    }
}
