internal import CLinux
internal import EventLoop
internal import Linux
internal import QUICLB
internal import Synchronization
internal import TLS
internal import Transport

/// The input is a client's transport parameters, as they come in its ClientHello (RFC 9000 §18).
func fuzzTransportParameters(_ parameters: UnsafeRawBufferPointer) {
    acceptor.withLock { acceptor in
        let connection = acceptor.accept()
        let isAccepted = connection.handshake(didReceiveTransportParameters: parameters)
        if isAccepted {
            precondition(connection.isOpen, "good parameters closed the connection")
            // RFC 9221 §3: what can be sent is never more than the client said.
            precondition(connection.maximumDatagramLength ?? 0 <= UInt16.max)
        }
        connection.end(QUICError(.closedLocally))
        precondition(acceptor.listener.ended == acceptor.accepted, "a connection is left")
    }
}

/// Under a lock because connections are confined to one thread.
private let acceptor = Mutex(Acceptor())

private struct Acceptor: ~Copyable {
    let listener = FuzzedListener()
    private let context: TransportContext
    private let sendQueue = SendQueue(descriptor: -1, setsSource: false, capacity: 1 << 16)
    private var remote = SocketAddress("127.0.0.1:1")!.storage
    private var local = SocketAddress("127.0.0.1:2")!.storage
    private(set) var accepted = 0

    init() {
        do {
            let source = CredentialsSource(try DevelopmentCertificate())
            let tls = try ServerContext(
                ServerOptions(
                    credentials: [source], applicationProtocols: ["echo"],
                    ticketKeys: [[UInt8](repeating: 7, count: ServerContext.ticketKeyLength)]))
            context = TransportContext(
                loop: try EventLoop(executor: LoopExecutor()), random: RandomSource(), tls: tls,
                settings: TransportSettings())
        } catch {
            preconditionFailure("\(error)")
        }
    }

    mutating func accept() -> Connection {
        accepted += 1
        let packet = FirstPacket(
            version: 1, destination: ConnectionID([1, 2, 3, 4, 5, 6, 7, 8])!,
            source: ConnectionID([9, 9, 9, 9])!,
            token: nil)
        return withUnsafeMutablePointer(to: &remote) { remote in
            withUnsafeMutablePointer(to: &local) { local in
                Connection(
                    accepting: packet,
                    path: NetworkPath(remote: remote, local: local, queue: sendQueue), context: context,
                    delegate: listener)!
            }
        }
    }
}

private final class FuzzedListener: ConnectionDelegate {
    private(set) var ended = 0
    private var issued: UInt8 = 0

    func issueConnectionID(
        for connection: Connection, resetToken token: UnsafeMutableRawBufferPointer
    ) -> ConnectionID {
        token.initializeMemory(as: UInt8.self, repeating: 5)
        issued &+= 1
        return ConnectionID([UInt8](repeating: issued, count: 17))!
    }

    func retireConnectionID(_ id: ConnectionID, of connection: Connection) {}
    func validated(_ address: SocketAddress, of connection: Connection) {}

    func handshakeCompleted(_ connection: Connection) {}
    func ended(_ connection: Connection) { ended += 1 }
}
