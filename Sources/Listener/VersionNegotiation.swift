package import QUICLB

/// A Version Negotiation packet (RFC 8999 §6, RFC 9000 §17.2.1).
///
/// ```
/// 1xxxxxxx | 0 (4) | length (1) | destination ID | length (1) | source ID | versions (4 each)
/// ```
package struct VersionNegotiation {
    /// What this server speaks, and a reserved version so that no client counts on the list (RFC 9000 §15).
    private let versions: (UInt32, UInt32)
    private let header: LongHeader
    private let firstOctet: UInt8

    /// - Parameters:
    ///   - header: of the packet to answer: its IDs go back in turned roles.
    ///   - random: what the unused bits and the reserved version are made of.
    package init(answering header: LongHeader, random: UInt64) {
        self.header = header
        // The fixed bit is set, for those who tell QUIC from other protocols on the port (RFC 9000 §17.2.1).
        firstOctet = UInt8(truncatingIfNeeded: random) | 0xc0
        versions = (QUICVersion.v1, UInt32(truncatingIfNeeded: random >> 32) & 0xf0f0_f0f0 | 0x0a0a_0a0a)
    }

    /// The packet's length in octets.
    package var count: Int { 7 + header.source.count + header.destination.count + 8 }

    /// Writes the packet to `count` octets.
    package func write(to packet: UnsafeMutableRawBufferPointer) {
        packet[0] = firstOctet
        packet.storeBytes(of: QUICVersion.negotiation, toByteOffset: 1, as: UInt32.self)
        var end = 5
        for id in [header.source, header.destination] {
            packet[end] = UInt8(id.count)
            UnsafeMutableRawBufferPointer(rebasing: packet[(end + 1)...]).copyMemory(from: id)
            end += 1 + id.count
        }
        packet.storeBytes(of: versions.0.bigEndian, toByteOffset: end, as: UInt32.self)
        packet.storeBytes(of: versions.1.bigEndian, toByteOffset: end + 4, as: UInt32.self)
    }
}
