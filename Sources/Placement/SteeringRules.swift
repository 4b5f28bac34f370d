package import QUICLB

/// What the kernel program decides for a packet (`bpf/steer.bpf.c`), as far as that follows from one configuration:
/// not what pins there are and which slots hold no socket.
package struct SteeringRules: Sendable {
    /// The two forms of a packet's header (RFC 8999 §5).
    package enum HeaderForm: Hashable, Sendable {
        case long
        case short
    }

    private let configuration: Configuration
    private let hostID: HostID
    private let codec: PoolCodec

    package init(configuration: Configuration, hostID: HostID) throws(ConfigurationError) {
        self.configuration = configuration
        self.hostID = hostID
        codec = try PoolCodec(configuration: configuration, host: hostID)
    }

    /// The decision for the first packet of a datagram.
    package func decide(packet: UnsafeRawBufferPointer) -> SteeringDecision {
        guard let first = packet.first else { return .malformed(.empty) }
        if first & 0x80 == 0 {
            let octets = packet.dropFirst().prefix(ConnectionID.maximumLength)
            return decide(ConnectionID(octets)!, in: .short)
        }
        guard let destination = LongHeader.destination(of: packet) else { return .malformed(.cutShort) }
        guard let id = ConnectionID(destination) else { return .malformed(.longID(destination.count)) }
        return decide(id, in: .long)
    }

    /// The decision for a packet with this destination ID.
    ///
    /// - Parameter id: after a short header, all that may be it: octets beyond its end count for nothing.
    package func decide(_ id: ConnectionID, in form: HeaderForm) -> SteeringDecision {
        let length = codec.connectionIDLength
        switch form {
        case .long:
            if let slot = codec.slot(of: id) { return .serverID(id, slot) }
            return .ring(id, objection(to: id))
        case .short:
            let beginning = id.withUnsafeBytes { ConnectionID($0.prefix(length))! }
            if let slot = codec.slot(of: beginning) { return .serverID(beginning, slot) }
            return .tuple(objection(to: beginning))
        }
    }

    private func objection(to id: ConnectionID) -> ForeignConnectionID {
        switch configuration.decode(id) {
        case .failure(let reason): .undecodable(reason)
        // Of an ID that is too long, the kernel reads nothing.
        case .success where id.count != codec.connectionIDLength:
            .otherLength(id.count, needed: codec.connectionIDLength)
        case .success(let decoded): .otherHost(decoded.serverID, hostID)
        }
    }
}
