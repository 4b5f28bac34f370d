private import CLinux
private import Control
private import EventLoop
package import Linux
internal import QUICLB
private import Transport

// To and from the workers of other slots.
extension Listener {
    /// Starts to receive what other workers forward, and forwards to them.
    ///
    /// - Parameters:
    ///   - socket: this slot's forwarding socket.
    ///   - directory: where those of the others are.
    package func startForwarding(
        receivingOn socket: UnixDatagramSocket, directory: String
    ) throws(Errno) {
        let inbox = ForwardingInbox(socket, loop: context.loop, stats: stats) { [unowned self] in
            receiveForwarded($0)
        }
        try inbox.start()
        forwarder = Forwarder(directory: directory, inbox: inbox, loop: context.loop, stats: stats)
    }

    func forward(_ datagram: IncomingDatagram, to owner: Slot) {
        guard let forwarder else { return stats.add(.droppedForeignSlot) }
        let forwarded = ForwardedDatagram(
            addressIndex: datagram.socket.addressIndex, remote: datagram.path.remote.pointee,
            local: datagram.path.local.pointee, ecn: datagram.ecn, octets: datagram.octets)
        forwarder.forward(forwarded, to: owner)
    }

    /// A datagram that came to another worker's socket for one of the pool's addresses: it is treated as if it had
    /// come to this worker's.
    private func receiveForwarded(_ datagram: ForwardedDatagram) {
        let index = Int(datagram.addressIndex)
        guard index < sockets.count, sockets[index].accepts(datagram) else {
            return stats.add(.droppedMalformedForward)
        }
        stats.add(.datagramsTakenOver)
        NetworkPath.between(
            SocketAddress(datagram.local), SocketAddress(datagram.remote), queue: sockets[index].sendQueue
        ) { path in
            receive(
                IncomingDatagram(
                    octets: datagram.octets, path: path, ecn: datagram.ecn, arrival: .forwarded,
                    socket: sockets[index]))
        }
    }
}

extension ListenerSocket {
    /// Whether the datagram could have come to this socket.
    fileprivate func accepts(_ datagram: ForwardedDatagram) -> Bool {
        let local = SocketAddress(datagram.local)
        return local.family == udp.localAddress.family && local.port == udp.localAddress.port
    }
}
