private import CLinux
private import Control
private import EventLoop
private import Linux
internal import QUICLB
internal import Transport

// What is answered without a connection: nothing is kept, and the rate is bounded.
extension Listener {
    /// A packet of a version that this server does not speak (RFC 9000 §6.1).
    func negotiateVersion(
        _ header: LongHeader, datagram: UnsafeRawBufferPointer, path: NetworkPath, on socket: ListenerSocket
    ) {
        // RFC 9000 §6.1: never in answer to Version Negotiation, nor to what is too small to be a first packet.
        guard header.version != QUICVersion.negotiation, datagram.count >= 1200 else {
            return stats.add(.droppedUnknownVersion)
        }
        guard versionNegotiationRate.allows(at: context.loop.now) else {
            return stats.add(.droppedRateLimited)
        }
        let answer = VersionNegotiation(answering: header, random: context.random.next())
        guard let space = socket.sendQueue.space(for: answer.count) else {
            return stats.add(.droppedSendQueueFull)
        }
        answer.write(to: UnsafeMutableRawBufferPointer(start: space, count: answer.count))
        socket.sendQueue.append(
            count: answer.count, remote: path.remote.pointee, local: path.local.pointee, ecn: 0)
        stats.add(.versionNegotiationsSent)
    }

    /// A short packet whose connection ID leads nowhere. Where this slot could have issued the ID, the peer
    /// learns that its connection is gone.
    func answerUnknown(
        _ destination: ConnectionID, datagram: UnsafeRawBufferPointer, path: NetworkPath,
        on socket: ListenerSocket
    ) {
        guard let owner = codec.slot(of: destination) else { return stats.add(.droppedForeignServerID) }
        guard owner == slot else { return stats.add(.droppedForeignSlot) }
        guard let length = StatelessReset.length(forTrigger: datagram.count) else {
            return stats.add(.droppedUnknownConnection)
        }
        guard statelessResetRate.allows(at: context.loop.now) else { return stats.add(.droppedRateLimited) }
        guard let space = socket.sendQueue.space(for: length) else { return stats.add(.droppedSendQueueFull) }

        let packet = UnsafeMutableRawBufferPointer(start: space, count: length)
        context.random.fill(packet)
        // RFC 9000 §10.3: it looks like a short header, fixed bit set.
        packet[0] = packet[0] & 0x3f | 0x40
        let token = UnsafeMutableRawBufferPointer(rebasing: packet[(length - StatelessReset.tokenLength)...])
        statelessReset.writeToken(of: destination, to: token)
        socket.sendQueue.append(
            count: length, remote: path.remote.pointee, local: path.local.pointee, ecn: 0)
        stats.add(.statelessResetsSent)
    }
}
