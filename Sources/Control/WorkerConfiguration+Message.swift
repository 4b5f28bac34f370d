private import Linux
private import Placement
private import QUICLB

extension WorkerConfiguration {
    func write(to writer: inout ByteWriter) {
        writer.write(slot.rawValue)
        writer.write(incarnation)
        writer.write(addresses) { $0.write($1) }
        writer.write(preferredCount)
        writer.write(adoptsSockets)
        writer.write(hostID.octets)
        writer.write(configurations) { $0.write($1) }
        writer.write(nonces)
        writer.write(steering.rawValue)
        writer.write(forwardingDirectory)
        writer.write(placement.key.0)
        writer.write(placement.key.1)
        writer.write(active)
        writer.write(secrets)
        writer.write(service)
        writer.write(eventTracePath)
        writer.write(log)
        writer.write(processors) { $0.write($1) }
        writer.write(allowsOutgoingConnections)
    }

    init(from reader: inout ByteReader) throws(MalformedMessage) {
        self.init(
            slot: Slot(rawValue: try reader.read()),
            incarnation: try reader.read(),
            addresses: try reader.readList { reader throws(MalformedMessage) in try reader.readAddress() },
            preferredCount: try reader.read(),
            adoptsSockets: try reader.readFlag(),
            hostID: try reader.readHostID(),
            configurations: try reader.readConfigurations(),
            nonces: try reader.readNonceRange(),
            steering: try reader.readSteering(),
            forwardingDirectory: try reader.readText(),
            placement: PlacementHash(key: (try reader.read(), try reader.read())),
            active: try reader.readSlots(),
            secrets: try reader.readSecrets(),
            service: try reader.readServiceSettings())
        eventTracePath = try reader.readText()
        log = try reader.read(LogOptions())
        processors = try reader.readList { reader throws(MalformedMessage) in try reader.read() }
        allowsOutgoingConnections = try reader.readFlag()
    }
}

extension ByteReader {
    fileprivate mutating func readHostID() throws(MalformedMessage) -> HostID {
        let octets = try readOctets()
        guard let hostID = HostID(octets) else {
            throw .invalidLength(field: "host ID", count: octets.count)
        }
        return hostID
    }

    fileprivate mutating func readConfigurations() throws(MalformedMessage) -> [Configuration] {
        let list = try readList { reader throws(MalformedMessage) in try reader.readConfiguration() }
        guard !list.isEmpty else { throw .invalidLength(field: "list of configurations", count: 0) }
        return list
    }

    fileprivate mutating func readSteering() throws(MalformedMessage) -> WorkerSteering {
        let value = try read(UInt8.self)
        guard let steering = WorkerSteering(rawValue: value) else {
            throw .invalidValue(field: "steering", value: UInt64(value))
        }
        return steering
    }
}
