private import Linux
private import QUICLB

extension WorkerConfiguration {
    func write(to writer: inout ByteWriter) {
        writer.write(slot.rawValue)
        writer.write(incarnation)
        writer.write(addresses) { $0.write($1) }
        writer.write(adoptsSockets)
        writer.write(hostID.octets)
        writer.write(connectionIDs.configID)
        writer.write(connectionIDs.nonceLength)
        writer.write(certificateChain)
        writer.write(privateKey)
        writer.write(applicationProtocols) { $0.write($1) }
        writer.write(resetSecret)
        writer.write(ticketKeys)
        writer.write(receiveBufferSize)
        writer.write(sendBufferSize)
        writer.write(idleTimeout)
    }

    init(from reader: inout ByteReader) throws(MalformedMessage) {
        self.init(
            slot: Slot(rawValue: try reader.read()),
            incarnation: try reader.read(),
            addresses: try reader.readList { reader throws(MalformedMessage) in try reader.readAddress() },
            adoptsSockets: try reader.readFlag(),
            hostID: try reader.readHostID(),
            connectionIDs: try ConnectionIDLayout(from: &reader),
            certificateChain: try reader.readOctets(),
            privateKey: try reader.readOctets(),
            applicationProtocols: try reader.readList { reader throws(MalformedMessage) in
                try reader.readApplicationProtocol()
            },
            resetSecret: try reader.readKey("reset secret", count: Self.resetSecretLength),
            ticketKeys: try reader.readKey("ticket keys", count: Self.ticketKeysLength),
            receiveBufferSize: try reader.read(),
            sendBufferSize: try reader.read(),
            idleTimeout: try reader.readDuration())
    }
}

extension ConnectionIDLayout {
    fileprivate init(from reader: inout ByteReader) throws(MalformedMessage) {
        let configID = try reader.read(UInt8.self)
        guard Self.configIDs.contains(configID) else {
            throw .invalidValue(field: "config ID", value: UInt64(configID))
        }
        let nonceLength = try reader.read(UInt8.self)
        guard Self.nonceLengths.contains(nonceLength) else {
            throw .invalidValue(field: "nonce length", value: UInt64(nonceLength))
        }
        self.init(configID: configID, nonceLength: nonceLength)
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

    fileprivate mutating func readApplicationProtocol() throws(MalformedMessage) -> String {
        let name = try readText()
        let length = name.utf8.count
        guard (1...WorkerConfiguration.maximumApplicationProtocolLength).contains(length) else {
            throw .invalidLength(field: "application protocol", count: length)
        }
        return name
    }

    fileprivate mutating func readKey(_ field: String, count: Int) throws(MalformedMessage) -> [UInt8] {
        let octets = try readOctets()
        guard octets.count == count else { throw .invalidLength(field: field, count: octets.count) }
        return octets
    }
}
