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
    /// The slot left the ring: serve what there is, and say `drained` when there is no connection.
    case drain
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
        case .drain, .resume, .leave: break
        case .rotate(let configuration, let nonces):
            writer.write(configuration)
            writer.write(nonces)
        case .drop(let id): writer.write(id)
        case .nonces(let id, let nonces):
            writer.write(id)
            writer.write(nonces)
        case .secrets(let secrets): writer.write(secrets)
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
        case .drain: self = .drain
        case .resume: self = .resume
        case .leave: self = .leave
        case .rotate: self = .rotate(try reader.readConfiguration(), try reader.readNonceRange())
        case .drop: self = .drop(try reader.readConfigurationID())
        case .nonces: self = .nonces(try reader.readConfigurationID(), try reader.readNonceRange())
        case .secrets: self = .secrets(try reader.readSecrets())
        case nil: throw .unknownKind(header.kind)
        }
        try reader.finish()
    }
}
