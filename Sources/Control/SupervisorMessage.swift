package import QUICLB

/// What the supervisor tells a worker.
package enum SupervisorMessage: Hashable, Sendable {
    /// The first message. With it come descriptors: those of the stats page and the pool's page; the slot's forwarding
    /// socket, unless steering is off; then, if the worker adopts its slot's sockets, one socket an address.
    case configure(WorkerConfiguration)
    /// Close every connection with this code and reason, then exit with status 0.
    case stop(code: UInt64, reason: String)
    /// The ring has these slots from now on.
    case place(active: [Slot])
    /// The slot left the ring: serve what there is, and say `drained` when there is no connection, but not before `linger` is
    /// over.
    case drain(linger: Duration)
    /// The slot is in the ring again: there is nothing to say when there is no connection.
    case resume
    /// Nothing is steered to the worker any more: take what waits in its sockets, hand on what is not its own, and
    /// exit with status 0.
    case leave
    /// Make connection IDs by this configuration from now on, and replace those that connections have. What was
    /// made by former ones decodes until they are dropped.
    case rotate(Configuration, NonceRange)
    /// Forget the configuration with this ID; connections that still use it are closed.
    case drop(ConfigurationID)
    /// More nonces for the configuration with this ID.
    case nonces(ConfigurationID, NonceRange)
    /// Use these secrets from now on.
    case secrets(PoolSecrets)
    /// Serve by these settings from now on, and say `reloaded`.
    case reload(ServiceSettings)
    /// Say which connections there are, those from one IP address or all, as far as a message has room.
    case listConnections(request: UInt32, peer: String?)
    /// Say which more there are.
    case continueListing(request: UInt32)
    /// Close a connection with this code and reason, and say whether it was there.
    case closeConnection(request: UInt32, UInt64, code: UInt64, reason: String)

    private enum Kind: UInt8 {
        case configure = 1
        case stop = 2
        case place = 3
        case drain = 4
        case leave = 5
        case rotate = 6
        case drop = 7
        case nonces = 8
        case resume = 9
        case secrets = 10
        case reload = 11
        case listConnections = 12
        case continueListing = 13
        case closeConnection = 14
    }

    private var kind: Kind {
        switch self {
        case .configure: .configure
        case .stop: .stop
        case .place: .place
        case .drain: .drain
        case .resume: .resume
        case .leave: .leave
        case .rotate: .rotate
        case .drop: .drop
        case .nonces: .nonces
        case .secrets: .secrets
        case .reload: .reload
        case .listConnections: .listConnections
        case .continueListing: .continueListing
        case .closeConnection: .closeConnection
        }
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        MessageHeader(kind: kind.rawValue).write(to: &writer)
        switch self {
        case .configure(let configuration): configuration.write(to: &writer)
        case .stop(let code, let reason):
            writer.write(code)
            writer.write(reason)
        case .place(let active): writer.write(active)
        case .drain(let linger): writer.write(linger)
        case .resume, .leave: break
        case .rotate(let configuration, let nonces):
            writer.write(configuration)
            writer.write(nonces)
        case .drop(let id): writer.write(id)
        case .nonces(let id, let nonces):
            writer.write(id)
            writer.write(nonces)
        case .secrets(let secrets): writer.write(secrets)
        case .reload(let settings): writer.write(settings)
        case .listConnections(let request, let peer):
            writer.write(request)
            writer.write(peer ?? "")
        case .continueListing(let request): writer.write(request)
        case .closeConnection(let request, let number, let code, let reason):
            writer.write(request)
            writer.write(number)
            writer.write(code)
            writer.write(reason)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(MalformedMessage) {
        var reader = ByteReader(bytes)
        let header = try MessageHeader.read(from: &reader)
        switch Kind(rawValue: header.kind) {
        case .configure: self = .configure(try WorkerConfiguration(from: &reader))
        case .stop: self = .stop(code: try reader.read(), reason: try reader.readText())
        case .place: self = .place(active: try reader.readSlots())
        case .drain: self = .drain(linger: try reader.readDuration())
        case .resume: self = .resume
        case .leave: self = .leave
        case .rotate: self = .rotate(try reader.readConfiguration(), try reader.readNonceRange())
        case .drop: self = .drop(try reader.readConfigurationID())
        case .nonces: self = .nonces(try reader.readConfigurationID(), try reader.readNonceRange())
        case .secrets: self = .secrets(try reader.readSecrets())
        case .reload: self = .reload(try reader.readServiceSettings())
        case .listConnections:
            let request: UInt32 = try reader.read()
            let peer = try reader.readText()
            self = .listConnections(request: request, peer: peer.isEmpty ? nil : peer)
        case .continueListing: self = .continueListing(request: try reader.read())
        case .closeConnection:
            self = .closeConnection(
                request: try reader.read(), try reader.read(), code: try reader.read(),
                reason: try reader.readText())
        case nil: throw .unknownKind(header.kind)
        }
        try reader.finish()
    }
}
