private import CLinux
internal import Control
private import EventLoop
internal import Linux
internal import QUICLB
internal import TLS
internal import Transport

// What is answered without a connection: nothing is kept, and the rate is bounded.
extension Listener {
    /// A packet of a version that this server does not speak (RFC 9000 §6.1).
    func negotiateVersion(_ header: LongHeader, _ datagram: IncomingDatagram) {
        // RFC 9000 §6.1: never in answer to Version Negotiation, nor to what is too small to be a first packet.
        guard header.version != QUICVersion.negotiation, datagram.octets.count >= 1200 else {
            return stats.add(.droppedUnknownVersion)
        }
        guard versionNegotiationRate.allows(at: context.loop.now) else {
            return stats.add(.droppedRateLimited)
        }
        let packet = VersionNegotiation(answering: header, random: context.random.next())
        let isSent = answer(datagram, capacity: packet.count) { buffer in
            packet.write(to: buffer)
            return packet.count
        }
        stats.add(isSent ? .versionNegotiationsSent : .droppedSendQueueFull)
    }

    /// A short packet whose connection ID leads nowhere, though this slot could have issued it: the peer learns that
    /// its connection is gone (RFC 9000 §10.3).
    func reset(_ destination: ConnectionID, _ datagram: IncomingDatagram) {
        guard let length = StatelessReset.length(forTrigger: datagram.octets.count) else {
            return stats.add(.droppedUnknownConnection)
        }
        guard statelessResetRate.allows(at: context.loop.now) else { return stats.add(.droppedRateLimited) }
        let isSent = answer(datagram, capacity: length) { packet in
            context.random.fill(packet)
            // RFC 9000 §10.3: it looks like a short header, fixed bit set.
            packet[0] = packet[0] & 0x3f | 0x40
            let token = packet[(length - StatelessReset.tokenLength)...]
            statelessReset.writeToken(of: destination, to: UnsafeMutableRawBufferPointer(rebasing: token))
            return length
        }
        stats.add(isSent ? .statelessResetsSent : .droppedSendQueueFull)
    }

    /// Asks the sender of an Initial to show that it receives at its address (RFC 9000 §8.1.2).
    func sendRetry(_ packet: FirstPacket, _ datagram: IncomingDatagram) {
        let source = makeConnectionID()
        let address = datagram.path.remote.pointee
        withUnsafeTemporaryAllocation(byteCount: AddressToken.maximumLength, alignment: 8) { token in
            let tokenLength = proof.sealer.writeRetryToken(
                for: address, originalDestination: packet.destination, source: source, at: .now, to: token)
            let token = UnsafeRawBufferPointer(rebasing: token[..<tokenLength])
            let capacity = StatelessPackets.maximumRetryLength(tokenLength: tokenLength)
            let isSent = answer(datagram, capacity: capacity) { buffer in
                statelessPackets.writeRetry(answering: packet, source: source, token: token, to: buffer)
            }
            stats.add(isSent ? .retriesSent : .droppedSendQueueFull)
        }
    }

    /// Tells the sender of an Initial that there will be no connection (RFC 9000 §10.2.3), and counts why.
    func refuse(
        _ packet: FirstPacket, _ datagram: IncomingDatagram, for reason: Counter,
        error: TransportErrorCode = .connectionRefused
    ) {
        stats.add(reason)
        guard refusalRate.allows(at: context.loop.now) else { return }
        let isSent = answer(datagram, capacity: StatelessPackets.maximumRefusalLength) { buffer in
            statelessPackets.writeRefusal(of: packet, error: error, to: buffer)
        }
        if isSent { stats.add(.refusalsSent) }
    }

    /// Queues what `write` writes as an answer to the datagram.
    ///
    /// - Returns: whether there was room for it.
    private func answer(
        _ datagram: IncomingDatagram, capacity: Int, write: (UnsafeMutableRawBufferPointer) -> Int?
    ) -> Bool {
        let sendQueue = datagram.socket.sendQueue
        guard let space = sendQueue.space(for: capacity),
            let count = write(UnsafeMutableRawBufferPointer(start: space, count: capacity))
        else { return false }
        sendQueue.append(
            count: count, remote: datagram.path.remote.pointee, local: datagram.path.local.pointee, ecn: 0)
        return true
    }

    /// Gives the client a token for its next connection (RFC 9000 §8.1.3).
    func sendToken(for address: SocketAddress, on connection: Connection) {
        guard options.validation.newTokenLifetime != nil else { return }
        withUnsafeTemporaryAllocation(byteCount: AddressToken.maximumLength, alignment: 8) { token in
            let length = proof.sealer.writeNewToken(
                for: address.storage, at: .now, to: token)
            connection.sendToken(UnsafeRawBufferPointer(rebasing: token[..<length]))
        }
    }
}
