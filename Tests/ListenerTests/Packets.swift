import QUICLB
import Testing

@testable import Listener

/// A packet with a short header, which no connection protected.
func shortPacket(_ destination: ConnectionID, count: Int = 100) -> [UInt8] {
    let header = [0x40] + destination.withUnsafeBytes { Array($0) }
    return header + [UInt8](repeating: 0xaa, count: count - header.count)
}

/// The ID that the sender of a packet with a long header chose for itself.
func sourceID(of packet: [UInt8]) throws -> ConnectionID {
    try packet.withUnsafeBytes { octets in
        let header = try #require(LongHeader(octets))
        return try #require(ConnectionID(header.source))
    }
}
