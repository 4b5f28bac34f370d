private import CLinux
private import EventLoop
package import Linux
package import QUICLB
internal import TLS
package import Transport

/// A client's connection with its sockets: that where it began, and one for each time that it moved.
///
/// Its client keeps it until the connection has ended. Confined to the loop's thread. `@unchecked Sendable`: it is handed
/// to `@LoopActor` code, which runs on the same thread.
package final class ClientConnection: @unchecked Sendable {
    /// Long enough for a client behind a load balancer or NAT; nobody routes by them.
    private static let idLength = 8
    private static let setup = {
        var setup = UDPSocket.Setup(receiveBuffer: 1 << 20, sendBuffer: 1 << 20)
        setup.sharesAddress = false
        return setup
    }()

    package private(set) var core: Connection!
    private let client: Client
    private let remote: SocketAddress
    /// The newest last.
    private var sockets: [LoopSocket] = []

    init(
        to remote: SocketAddress, named name: String, resuming resumption: Resumption, of client: Client
    ) throws {
        self.client = client
        self.remote = remote
        let socket = try openSocket()
        do {
            core = try NetworkPath.between(socket.udp.localAddress, remote, queue: socket.sendQueue) { path in
                try Connection(
                    connectingTo: name, path: path, resuming: resumption, tls: client.tls,
                    context: client.context, delegate: self)
            }
        } catch {
            socket.stop()
            throw error
        }
    }

    private func openSocket() throws(Errno) -> LoopSocket {
        let udp = try UDPSocket(binding: UDPSocket.source(towards: remote), Self.setup)
        let socket = LoopSocket(udp, loop: client.context.loop) { [unowned self] in receive(on: udp) }
        try socket.start()
        socket.sendQueue.onQueued = { [client, unowned socket] in client.hasSomethingToSend(socket) }
        sockets.append(socket)
        return socket
    }

    private func receive(on udp: UDPSocket) {
        guard let socket = sockets.first(where: { $0.udp === udp }) else { return }
        for index in 0..<udp.receive(into: client.batch) {
            let message = client.batch[index]
            // What the connection knows, whatever port a NAT has made of it.
            message.local.pointee = udp.localAddress.storage
            let path = NetworkPath(remote: message.remote, local: message.local, queue: socket.sendQueue)
            message.forEachDatagram { octets, _ in core.receive(octets, path: path, ecn: message.ecn) }
        }
    }

    // MARK: Moving

    /// Goes on from another port, as behind a NAT that forgot it: neither side is told.
    package func rebind() throws(Errno) {
        guard let socket = sockets.last else { return }
        socket.stop()
        let changed = Result { () throws(Errno) in try socket.udp.changePort(Self.setup) }
        try socket.start()
        try changed.get()
    }

    /// Moves to another port, once the server was seen to answer there (RFC 9000 §9.1).
    ///
    /// - Throws: `QUICError` where it cannot move now; `Errno`.
    package func migrate() throws {
        let socket = try openSocket()
        do {
            // The server's address may be the preferred one by now.
            try NetworkPath.between(
                socket.udp.localAddress, core.remoteAddress, queue: socket.sendQueue
            ) { path in
                try core.move(to: path)
            }
        } catch {
            sockets.removeLast()
            socket.stop()
            throw error
        }
    }
}

extension ClientConnection: ConnectionDelegate {
    package func issueConnectionID(
        for connection: Connection, resetToken token: UnsafeMutableRawBufferPointer
    ) -> ConnectionID {
        let random = client.context.random
        // No reset is ever sent.
        random.fill(token)
        return withUnsafeTemporaryAllocation(byteCount: Self.idLength, alignment: 1) { octets in
            random.fill(octets)
            return ConnectionID(UnsafeRawBufferPointer(octets))!
        }
    }

    package func retireConnectionID(_ id: ConnectionID, of connection: Connection) {}

    package func handshakeCompleted(_ connection: Connection) {
        connection.client?.changed.notify()
    }

    package func validated(_ address: SocketAddress, of connection: Connection) {}

    package func ended(_ connection: Connection) {
        for socket in sockets {
            // What the connection said last is still to go.
            socket.flush()
            socket.stop()
        }
        sockets.removeAll()
        client.ended(self)
    }
}
