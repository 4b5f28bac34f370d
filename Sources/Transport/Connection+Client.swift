private import CLinux
internal import CQUICShims
private import EventLoop
private import Linux
private import QUICLB
package import TLS

// What a client's end does, and a server's does not.
extension Connection {
    /// Begins a connection to a server: its first packet goes with the next `TransportContext.writePending`.
    ///
    /// - Parameters:
    ///   - path: to the server's address.
    ///   - name: a host name or an IP address that the server's certificate has to be for.
    ///   - resumption: what an earlier connection left.
    package convenience init(
        connectingTo name: String, path: NetworkPath, resuming resumption: Resumption, tls: ClientContext,
        context: TransportContext, delegate: any ConnectionDelegate
    ) throws(TLSError) {
        self.init(isClient: true, path: path, context: context, delegate: delegate)
        handshake = try tls.makeHandshake(with: name, session: resumption.session, delegate: self)
        createHandle(path, token: resumption.token)
        context.addPendingWrite(self)
    }

    private func createHandle(_ path: NetworkPath, token: [UInt8]) {
        var settings = settingsNow
        var parameters = context.settings.transportParameters
        // RFC 9000 §18.2: a client gives none for its first ID.
        var unusedToken: (UInt64, UInt64) = (0, 0)
        let id = withUnsafeMutableBytes(of: &unusedToken) { token in
            delegate.issueConnectionID(for: self, resetToken: token)
        }
        idIssued(id)
        trace(.started(isClient: true, remote: path.remoteAddress))
        var ownID = ngtcp2_cid(id)
        // RFC 9000 §7.2: unpredictable, of 8 octets at least.
        var random: (UInt64, UInt64) = (context.random.next(), context.random.next())
        var peerID = withUnsafeBytes(of: &random) { ngtcp2_cid(ConnectionID($0)!) }
        var path = path.ngtcp2Path
        let result = token.withUnsafeBufferPointer { token in
            settings.token = token.baseAddress
            settings.tokenlen = token.count
            settings.token_type = NGTCP2_TOKEN_TYPE_NEW_TOKEN
            return withUnsafePointer(to: Self.callbacks) { callbacks in
                quic_conn_client_new(
                    &handle, &peerID, &ownID, &path, UInt32(NGTCP2_PROTO_VER_V1), callbacks, &settings,
                    &parameters, Unmanaged.passUnretained(self).toOpaque())
            }
        }
        precondition(result == 0, "ngtcp2 had no memory for a connection")
        var (aead, key) = (RetryIntegrity.aead, RetryIntegrity.makeKey())
        ngtcp2_conn_set_retry_aead(handle, &aead, &key)
        setKeepAlive()
    }

    // MARK: Moving

    /// Has the client go on by another path, once packets were seen to come through (RFC 9000 §9.1). `client` tells the
    /// outcome.
    ///
    /// - Throws: where it cannot move now.
    package func move(to path: NetworkPath) throws(QUICError) {
        guard let handle else { throw closeError ?? QUICError(.closedLocally) }
        var path = path.ngtcp2Path
        let result = ngtcp2_conn_initiate_migration(handle, &path, context.loop.now.nanoseconds)
        guard result == 0 else {
            throw QUICError(.migrationNotPossible, reason: String(cString: ngtcp2_strerror(result)))
        }
        client?.isMoveValid = nil
        context.addPendingWrite(self)
    }

    /// RFC 9000 §9.6: the server's other address, of the family that the connection has.
    func selectPreferredAddress(
        of offered: ngtcp2_preferred_addr, into selected: UnsafeMutablePointer<ngtcp2_path>
    ) {
        guard context.settings.takesPreferredAddress, let localAddress else { return }
        switch localAddress.family {
        case .ipv4 where offered.ipv4_present != 0: withUnsafeBytes(of: offered.ipv4, select)
        case .ipv6 where offered.ipv6_present != 0: withUnsafeBytes(of: offered.ipv6, select)
        case .ipv4, .ipv6: break
        }
        func select(_ address: UnsafeRawBufferPointer) {
            selected.pointee.user_data = Unmanaged.passUnretained(sendQueue).toOpaque()
            selected.pointee.remote.addrlen = ngtcp2_socklen(address.count)
            UnsafeMutableRawPointer(selected.pointee.remote.addr)
                .copyMemory(from: address.baseAddress!, byteCount: address.count)
        }
    }

    // MARK: For ngtcp2

    func pathValidated(_ path: ngtcp2_path, isValid: Bool, wantsToken: Bool) {
        trace(.pathValidated(remote: SocketAddress(path.remote), isValid: isValid))
        if wantsToken, isValid { delegate.validated(SocketAddress(path.remote), of: self) }
        client?.isMoveValid = isValid
        client?.changed.notify()
    }

    func handshakeConfirmed() {
        client?.isConfirmed = true
        client?.changed.notify()
    }

    func receive(token: UnsafeRawBufferPointer) {
        client?.resumption.token = Array(token)
        client?.changed.notify()
    }
}
