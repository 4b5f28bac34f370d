package import Linux

/// What a worker tells the supervisor.
package enum WorkerMessage: Hashable, Sendable {
    /// The socket of the configuration's address at this index is bound; it comes with the message. A worker
    /// that adopts sockets does not send it.
    case bound(addressIndex: Int, SocketAddress)
    /// It receives packets on all addresses.
    case ready
    /// It cannot start, and exits.
    case failed(StartupFailure)

    private enum Kind: UInt8 {
        case bound = 1
        case ready = 2
        case failed = 3
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .bound(let addressIndex, let address):
            MessageHeader(kind: Kind.bound.rawValue).write(to: &writer)
            writer.write(UInt16(addressIndex))
            writer.write(address)
        case .ready:
            MessageHeader(kind: Kind.ready.rawValue).write(to: &writer)
        case .failed(let failure):
            MessageHeader(kind: Kind.failed.rawValue).write(to: &writer)
            failure.write(to: &writer)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(MalformedMessage) {
        var reader = ByteReader(bytes)
        let header = try MessageHeader.read(from: &reader)
        switch Kind(rawValue: header.kind) {
        case .bound:
            let index = try reader.read(UInt16.self)
            self = .bound(addressIndex: Int(index), try reader.readAddress())
        case .ready: self = .ready
        case .failed: self = .failed(try StartupFailure(from: &reader))
        case nil: throw .unknownKind(header.kind)
        }
        try reader.finish()
    }
}
