internal import JSONText
internal import Linux
internal import QUICLB

/// Something that happens to a connection, for those who look for a fault.
enum TraceEvent {
    /// RFC 9000 §7
    case started(isClient: Bool, remote: SocketAddress)
    case handshakeCompleted(applicationProtocol: String?, isResumed: Bool)
    case packetSent(TracedPacket)
    case packetReceived(TracedPacket)
    /// RFC 9001 §6
    case keysUpdated
    /// RFC 9000 §5.1
    case connectionIDIssued(ConnectionID)
    case connectionIDRetired(ConnectionID)
    /// RFC 9000 §8.2
    case pathValidated(remote: SocketAddress, isValid: Bool)
    /// RFC 9000 §10
    case closed(QUICError)
    /// The last of a connection that had too many.
    case truncated

    var name: String {
        switch self {
        case .started: "started"
        case .handshakeCompleted: "handshake-completed"
        case .packetSent: "packet-sent"
        case .packetReceived: "packet-received"
        case .keysUpdated: "keys-updated"
        case .connectionIDIssued: "connection-id-issued"
        case .connectionIDRetired: "connection-id-retired"
        case .pathValidated: "path-validated"
        case .closed: "closed"
        case .truncated: "truncated"
        }
    }

    var members: [JSON.Member] {
        switch self {
        case .started(let isClient, let remote):
            [
                JSON.Member("role", .string(isClient ? "client" : "server")),
                JSON.Member("peer", .string("\(remote)")),
            ]
        case .handshakeCompleted(let applicationProtocol, let isResumed):
            [
                JSON.Member("alpn", applicationProtocol.map { .string($0) } ?? .null),
                JSON.Member("resumed", .boolean(isResumed)),
            ]
        case .packetSent(let packet), .packetReceived(let packet): packet.members
        case .connectionIDIssued(let id), .connectionIDRetired(let id): [JSON.Member("id", .string("\(id)"))]
        case .pathValidated(let remote, let isValid):
            [JSON.Member("peer", .string("\(remote)")), JSON.Member("valid", .boolean(isValid))]
        case .closed(let error):
            [
                JSON.Member("code", .string("\(error.code)")),
                JSON.Member(
                    "application-code", error.applicationCode.map { .number(Int(clamping: $0)) } ?? .null),
                JSON.Member(
                    "transport-code", error.transportCode.map { .number(Int(clamping: $0)) } ?? .null),
                JSON.Member("reason", .string(error.reason)),
            ]
        case .keysUpdated, .truncated: []
        }
    }
}

/// A packet as it is before it is protected, or after that was taken off.
struct TracedPacket {
    /// RFC 9000 §17
    let type: String
    /// Octets of its payload.
    let count: Int
    /// How many frames there are of each type (§12.4); padding counts its octets.
    let frames: [(type: UInt8, count: Int)]

    init(header: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer) {
        let first = header.first ?? 0
        type = first & 0x80 == 0 ? "1-RTT" : ["Initial", "0-RTT", "Handshake", "Retry"][Int(first >> 4 & 3)]
        count = payload.count
        var counts = [Int](repeating: 0, count: 256)
        var walker = FrameWalker(payload)
        while let frame = walker.next() { counts[Int(Self.base(of: frame.type))] += 1 }
        frames = counts.indices.filter { counts[$0] > 0 }.map { (UInt8($0), counts[$0]) }
    }

    /// The first of the types that say the same with other flags.
    private static func base(of type: UInt8) -> UInt8 {
        switch type {
        case 0x02...0x03: 0x02
        case 0x08...0x0f: 0x08
        case 0x30...0x31: 0x30
        default: type
        }
    }

    private static let names: [UInt8: String] = [
        0x00: "padding", 0x01: "ping", 0x02: "ack", 0x04: "reset-stream", 0x05: "stop-sending",
        0x06: "crypto",
        0x07: "new-token", 0x08: "stream", 0x10: "max-data", 0x11: "max-stream-data",
        0x12: "max-streams-bidi",
        0x13: "max-streams-uni", 0x14: "data-blocked", 0x15: "stream-data-blocked",
        0x16: "streams-blocked-bidi",
        0x17: "streams-blocked-uni", 0x18: "new-connection-id", 0x19: "retire-connection-id",
        0x1a: "path-challenge", 0x1b: "path-response", 0x1c: "connection-close",
        0x1d: "application-close", 0x1e: "handshake-done", 0x30: "datagram",
    ]

    var members: [JSON.Member] {
        [
            JSON.Member("type", .string(type)), JSON.Member("octets", .number(count)),
            JSON.Member(
                "frames",
                .object(
                    frames.map {
                        JSON.Member(
                            Self.names[$0.type] ?? "0x\(String($0.type, radix: 16))", .number($0.count))
                    }
                )),
        ]
    }
}
