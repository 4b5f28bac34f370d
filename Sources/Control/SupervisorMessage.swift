/// What the supervisor tells a worker.
package enum SupervisorMessage: Hashable, Sendable {
    /// The first message. With it come descriptors: that of the stats page, then, if the worker adopts its
    /// slot's sockets, one socket an address.
    case configure(WorkerConfiguration)
    /// Close every connection with this code and reason, then exit with status 0.
    case stop(code: UInt64, reason: String)

    private enum Kind: UInt8 {
        case configure = 1
        case stop = 2
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .configure(let configuration):
            MessageHeader(kind: Kind.configure.rawValue).write(to: &writer)
            configuration.write(to: &writer)
        case .stop(let code, let reason):
            MessageHeader(kind: Kind.stop.rawValue).write(to: &writer)
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
        case nil: throw .unknownKind(header.kind)
        }
        try reader.finish()
    }
}
