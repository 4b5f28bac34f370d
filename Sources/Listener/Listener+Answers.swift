private import CLinux
private import Control
private import EventLoop
private import Linux
internal import QUICLB
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
        let answer = VersionNegotiation(answering: header, random: context.random.next())
        let sendQueue = datagram.socket.sendQueue
        guard let space = sendQueue.space(for: answer.count) else {
            return stats.add(.droppedSendQueueFull)
        }
        answer.write(to: UnsafeMutableRawBufferPointer(start: space, count: answer.count))
        sendQueue.append(
            count: answer.count, remote: datagram.path.remote.pointee, local: datagram.path.local.pointee,
            ecn: 0)
        stats.add(.versionNegotiationsSent)
    }

    /// A short packet whose connection ID leads nowhere, though this slot could have issued it: the peer learns that
    /// its connection is gone (RFC 9000 §10.3).
    func reset(_ destination: ConnectionID, _ datagram: IncomingDatagram) {
        guard let length = StatelessReset.length(forTrigger: datagram.octets.count) else {
            return stats.add(.droppedUnknownConnection)
        }
        guard statelessResetRate.allows(at: context.loop.now) else { return stats.add(.droppedRateLimited) }
        let sendQueue = datagram.socket.sendQueue
        guard let space = sendQueue.space(for: length) else { return stats.add(.droppedSendQueueFull) }

        let packet = UnsafeMutableRawBufferPointer(start: space, count: length)
        context.random.fill(packet)
        // RFC 9000 §10.3: it looks like a short header, fixed bit set.
        packet[0] = packet[0] & 0x3f | 0x40
        let token = UnsafeMutableRawBufferPointer(rebasing: packet[(length - StatelessReset.tokenLength)...])
        statelessReset.writeToken(of: destination, to: token)
        sendQueue.append(
            count: length, remote: datagram.path.remote.pointee, local: datagram.path.local.pointee, ecn: 0)
        stats.add(.statelessResetsSent)
    }
}
