package import Linux
package import QUICLB

/// What a worker tells the supervisor.
package enum WorkerMessage: Hashable, Sendable {
    /// The socket of the configuration's address at this index is bound; it comes with the message. A worker
    /// that adopts sockets does not send it.
    case bound(addressIndex: Int, SocketAddress)
    /// It receives packets on all addresses.
    case ready
    /// It cannot start, and exits.
    case failed(StartupFailure)
    /// It was told to drain, and has no connection.
    case drained
    /// Half of its nonces for this configuration are used.
    case needsNonces(ConfigurationID)
    /// No connection has IDs made by this configuration, which is not the newest, any more.
    case unused(ConfigurationID)

    private enum Kind: UInt8 {
        case bound = 1
        case ready = 2
        case failed = 3
        case drained = 4
        case needsNonces = 5
        case unused = 6
    }

    private var kind: Kind {
        switch self {
        case .bound: .bound
        case .ready: .ready
        case .failed: .failed
        case .drained: .drained
        case .needsNonces: .needsNonces
        case .unused: .unused
        }
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        MessageHeader(kind: kind.rawValue).write(to: &writer)
        switch self {
        case .bound(let addressIndex, let address):
            writer.write(UInt16(addressIndex))
            writer.write(address)
        case .ready, .drained: break
        case .failed(let failure): failure.write(to: &writer)
        case .needsNonces(let id), .unused(let id): writer.write(id)
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
        case .drained: self = .drained
        case .needsNonces: self = .needsNonces(try reader.readConfigurationID())
        case .unused: self = .unused(try reader.readConfigurationID())
        case nil: throw .unknownKind(header.kind)
        }
        try reader.finish()
    }
}
