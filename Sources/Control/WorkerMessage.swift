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
    /// It serves by the settings that came last.
    case reloaded
    /// Connections, and whether these are the last.
    case connections(request: UInt32, [ConnectionSummary], isLast: Bool)
    /// Whether the connection that was to be closed was open.
    case closed(request: UInt32, wasOpen: Bool)

    private enum Kind: UInt8 {
        case bound = 1
        case ready = 2
        case failed = 3
        case drained = 4
        case needsNonces = 5
        case unused = 6
        case reloaded = 7
        case connections = 8
        case closed = 9
    }

    private var kind: Kind {
        switch self {
        case .bound: .bound
        case .ready: .ready
        case .failed: .failed
        case .drained: .drained
        case .needsNonces: .needsNonces
        case .unused: .unused
        case .reloaded: .reloaded
        case .connections: .connections
        case .closed: .closed
        }
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        MessageHeader(kind: kind.rawValue).write(to: &writer)
        switch self {
        case .bound(let addressIndex, let address):
            writer.write(UInt16(addressIndex))
            writer.write(address)
        case .ready, .drained, .reloaded: break
        case .failed(let failure): failure.write(to: &writer)
        case .needsNonces(let id), .unused(let id): writer.write(id)
        case .connections(let request, let connections, let isLast):
            writer.write(request)
            writer.write(connections) { $0.write($1) }
            writer.write(isLast)
        case .closed(let request, let wasOpen):
            writer.write(request)
            writer.write(wasOpen)
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
        case .reloaded: self = .reloaded
        case .connections:
            self = .connections(
                request: try reader.read(),
                try reader.readList { reader throws(MalformedMessage) in try reader.readConnection() },
                isLast: try reader.readFlag())
        case .closed: self = .closed(request: try reader.read(), wasOpen: try reader.readFlag())
        case nil: throw .unknownKind(header.kind)
        }
        try reader.finish()
    }
}
