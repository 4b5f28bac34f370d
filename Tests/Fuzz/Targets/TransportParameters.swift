internal import CLinux
internal import EventLoop
internal import Linux
internal import QUICLB
internal import Synchronization
internal import TLS
internal import Transport

/// The input is a peer's transport parameters (RFC 9000 §18): a client's, as they come in its ClientHello, and a server's.
func fuzzTransportParameters(_ parameters: UnsafeRawBufferPointer) {
    acceptor.withLock { acceptor in
        for connection in [acceptor.accept(), acceptor.connect()] {
            let isAccepted = connection.handshake(didReceiveTransportParameters: parameters)
            if isAccepted {
                precondition(connection.isOpen, "good parameters closed the connection")
                // RFC 9221 §3: what can be sent is never more than the peer said.
                precondition(connection.maximumDatagramLength ?? 0 <= UInt16.max)
            }
            connection.end(QUICError(.closedLocally))
        }
        precondition(acceptor.listener.ended == acceptor.begun, "a connection is left")
    }
}

/// Under a lock because connections are confined to one thread.
private let acceptor = Mutex(Acceptor())

private struct Acceptor: ~Copyable {
    let listener = FuzzedListener()
    private let context: TransportContext
    private let sendQueue = SendQueue(descriptor: -1, setsSource: false, capacity: 1 << 16)
    private let remote = UnsafeMutablePointer<clinux_address>.allocate(capacity: 1)
    private let local = UnsafeMutablePointer<clinux_address>.allocate(capacity: 1)
    private let tls: ClientContext
    private(set) var begun = 0

    init() {
        remote.initialize(to: SocketAddress("127.0.0.1:1")!.storage)
        local.initialize(to: SocketAddress("127.0.0.1:2")!.storage)
        do {
            let source = CredentialsSource(try DevelopmentCertificate())
            let tls = try ServerContext(
                ServerOptions(
                    credentials: [source], applicationProtocols: ["echo"],
                    ticketKeys: [[UInt8](repeating: 7, count: ServerContext.ticketKeyLength)]))
            var clientOptions = ClientOptions(applicationProtocols: ["echo"])
            clientOptions.authorities = .any
            self.tls = try ClientContext(clientOptions)
            context = TransportContext(
                loop: try EventLoop(executor: LoopExecutor()), random: RandomSource(), tls: tls,
                settings: TransportSettings())
        } catch {
            preconditionFailure("\(error)")
        }
    }

    mutating func accept() -> Connection {
        begun += 1
        let packet = FirstPacket(
            version: 1, destination: ConnectionID([1, 2, 3, 4, 5, 6, 7, 8])!,
            source: ConnectionID([9, 9, 9, 9])!,
            token: nil)
        return Connection(accepting: packet, path: path, context: context, delegate: listener)!
    }

    mutating func connect() -> Connection {
        begun += 1
        do {
            return try Connection(
                connectingTo: "localhost", path: path, resuming: Resumption(), tls: tls, context: context,
                delegate: listener)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private var path: NetworkPath { NetworkPath(remote: remote, local: local, queue: sendQueue) }
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
