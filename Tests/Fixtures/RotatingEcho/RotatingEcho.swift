import EventLoop
import Linux
import Listener
import QUICLB
import TLS
import Transport

/// An echo server on one socket of 127.0.0.1 that replaces a connection's IDs for each "R" it is sent, and
/// writes what happens to IDs to standard output.
@main
final class RotatingEcho {
    private static let idLength = 17

    /// Whether a connection's IDs are to be replaced before its handshake.
    private let replacesAtOnce = CommandLine.arguments.contains("--at-once")
    private let loop: EventLoop
    private let context: TransportContext
    private let udp: UDPSocket
    private let sendQueue: SendQueue
    private let batch = ReceiveBatch(capacity: 32)
    private var connections: [ConnectionID: Connection] = [:]
    private var streams: [EchoedStream] = []

    static func main() throws {
        let server = try RotatingEcho()
        let source = EventSource(fileDescriptor: server.udp.fileDescriptor.rawValue) { _ in server.receive() }
        try server.loop.add(source, for: .readable)
        server.loop.addEndOfTurnHook {
            server.echo()
            server.context.writePending()
            server.sendQueue.flush()
        }
        server.report("ready \(server.udp.localAddress)")
        try server.loop.run()
    }

    private init() throws {
        loop = try EventLoop()
        let certificate = try DevelopmentCertificate()
        let tls = try ServerContext(
            ServerOptions(
                credentials: [CredentialsSource(certificate)], applicationProtocols: ["echo"],
                ticketKeys: [[UInt8](repeating: 1, count: 80)]))
        context = TransportContext(
            loop: loop, random: RandomSource(), tls: tls, settings: TransportSettings())
        udp = try UDPSocket(
            binding: SocketAddress("127.0.0.1:0")!,
            UDPSocket.Setup(receiveBuffer: 1 << 20, sendBuffer: 1 << 20))
        sendQueue = SendQueue(descriptor: udp.fileDescriptor.rawValue, setsSource: false, capacity: 1 << 20)
    }

    private func report(_ line: String) {
        StandardStream.output.write(line: line)
    }

    private func receive() {
        for index in 0..<udp.receive(into: batch) {
            let message = batch[index]
            udp.completeLocalAddress(of: message)
            let path = NetworkPath(remote: message.remote, local: message.local, queue: sendQueue)
            message.forEachDatagram { datagram, _ in receive(datagram, path: path, ecn: message.ecn) }
        }
    }

    private func receive(_ datagram: UnsafeRawBufferPointer, path: NetworkPath, ecn: UInt8) {
        switch PacketHeader(datagram, shortLength: Self.idLength) {
        case .short(let destination):
            guard let connection = connections[destination] else { return report("unknown \(destination)") }
            connection.receive(datagram, path: path, ecn: ecn)
        case .long(let header):
            guard let destination = ConnectionID(header.destination) else { return }
            if let connection = connections[destination] {
                connection.receive(datagram, path: path, ecn: ecn)
            } else if header.isInitial, datagram.count >= 1200, let source = ConnectionID(header.source) {
                let connection = Connection(
                    accepting: FirstPacket(
                        version: header.version, destination: destination, source: source, token: nil),
                    path: path, context: context, delegate: self)
                connections[destination] = connection
                if replacesAtOnce { connection?.replaceConnectionIDs() }
                connection?.receive(datagram, path: path, ecn: ecn)
            }
        case nil:
            break
        }
    }

    private func echo() {
        for connection in connections.values {
            while let stream = connection.takeIncomingStream() {
                streams.append(EchoedStream(stream, of: connection))
            }
        }
        for stream in streams {
            for _ in 0..<stream.echo() {
                report("replace")
                stream.connection.replaceConnectionIDs()
            }
        }
        streams.removeAll(where: \.isDone)
    }
}

extension RotatingEcho: ConnectionDelegate {
    func issueConnectionID(
        for connection: Connection, resetToken token: UnsafeMutableRawBufferPointer
    ) -> ConnectionID {
        context.random.fill(token)
        var octets = [UInt8](repeating: 0, count: Self.idLength)
        octets.withUnsafeMutableBytes { context.random.fill($0) }
        let id = ConnectionID(octets)!
        connections[id] = connection
        report("issue \(id)")
        return id
    }

    func retireConnectionID(_ id: ConnectionID, of connection: Connection) {
        connections[id] = nil
        report("retire \(id)")
    }

    func handshakeCompleted(_ connection: Connection) {}

    func validated(_ address: SocketAddress, of connection: Connection) {}

    func ended(_ connection: Connection) {
        report("ended \(connection.closeError.map { "\($0)" } ?? "")")
        connections = connections.filter { $0.value !== connection }
        streams.removeAll { $0.connection === connection }
    }
}

/// A stream whose octets go back, except "R", which is obeyed.
private final class EchoedStream {
    let connection: Connection
    private let stream: Stream
    private var unwritten: [UInt8] = []
    private(set) var isDone = false

    init(_ stream: Stream, of connection: Connection) {
        self.stream = stream
        self.connection = connection
    }

    /// - Returns: how many "R" came.
    func echo() -> Int {
        var wishes = 0
        do {
            while true {
                let written = try unwritten.withUnsafeBytes { octets in
                    try stream.write(octets)
                }
                unwritten.removeFirst(written)
                guard unwritten.isEmpty else { return wishes }
                var buffer = [UInt8](repeating: 0, count: 65536)
                let read = try buffer.withUnsafeMutableBytes { octets in
                    try stream.read(into: octets)
                }
                guard let read else { return wishes }
                if read == 0 {
                    stream.finish()
                    isDone = true
                    return wishes
                }
                wishes += buffer[..<read].count { $0 == UInt8(ascii: "R") }
                unwritten = buffer[..<read].filter { $0 != UInt8(ascii: "R") }
            }
        } catch {
            isDone = true
            return wishes
        }
    }
}
