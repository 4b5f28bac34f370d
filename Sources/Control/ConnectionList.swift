/// Connections of one slot, as operators see them.
package struct ConnectionList: Codable, Hashable, Sendable {
    package var slot: UInt8
    package var connections: [ConnectionSummary]
    /// Whether another part follows, of this slot or the next.
    package var isContinued: Bool

    package init(slot: UInt8, connections: [ConnectionSummary], isContinued: Bool) {
        self.slot = slot
        self.connections = connections
        self.isContinued = isContinued
    }
}

/// One connection.
package struct ConnectionSummary: Codable, Hashable, Sendable {
    /// What tells it from the slot's others.
    package var number: UInt64
    package var peer: String
    package var state: String
    /// The application protocol that ALPN chose; empty before the handshake is complete.
    package var applicationProtocol: String
    /// In hexadecimal.
    package var connectionIDs: [String]
    package var ageMilliseconds: UInt64
    package var smoothedRoundTripMicroseconds: UInt64
    package var octetsReceived: UInt64
    package var octetsSent: UInt64

    package init(
        number: UInt64, peer: String, state: String, applicationProtocol: String, connectionIDs: [String],
        ageMilliseconds: UInt64, smoothedRoundTripMicroseconds: UInt64, octetsReceived: UInt64,
        octetsSent: UInt64
    ) {
        self.number = number
        self.peer = peer
        self.state = state
        self.applicationProtocol = applicationProtocol
        self.connectionIDs = connectionIDs
        self.ageMilliseconds = ageMilliseconds
        self.smoothedRoundTripMicroseconds = smoothedRoundTripMicroseconds
        self.octetsReceived = octetsReceived
        self.octetsSent = octetsSent
    }
}

extension ByteWriter {
    mutating func write(_ connection: ConnectionSummary) {
        write(connection.number)
        write(connection.peer)
        write(connection.state)
        write(connection.applicationProtocol)
        write(connection.connectionIDs) { $0.write($1) }
        write(connection.ageMilliseconds)
        write(connection.smoothedRoundTripMicroseconds)
        write(connection.octetsReceived)
        write(connection.octetsSent)
    }
}

extension ByteReader {
    mutating func readConnection() throws(MalformedMessage) -> ConnectionSummary {
        ConnectionSummary(
            number: try read(), peer: try readText(), state: try readText(),
            applicationProtocol: try readText(),
            connectionIDs: try readList { reader throws(MalformedMessage) in try reader.readText() },
            ageMilliseconds: try read(), smoothedRoundTripMicroseconds: try read(),
            octetsReceived: try read(), octetsSent: try read())
    }
}
