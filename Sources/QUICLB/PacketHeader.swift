/// The part of a packet's header that is the same in all versions of QUIC (RFC 8999 §5).
///
/// ```
/// long:   1vvvvvvv | version (4) | length (1) | destination ID | length (1) | source ID | …
/// short:  0vvvvvvv | destination ID, of a length that this server knows | …
/// ```
package enum PacketHeader {
    case long(LongHeader)
    case short(destination: ConnectionID)

    /// Reads the header of the first packet in `datagram`; nil where it is cut short.
    ///
    /// - Parameter shortLength: the octets in the connection IDs that this server issues.
    @inlinable
    package init?(_ datagram: UnsafeRawBufferPointer, shortLength: Int) {
        guard let first = datagram.first else { return nil }
        if first & 0x80 == 0 {
            guard datagram.count > shortLength,
                let destination = ConnectionID(UnsafeRawBufferPointer(rebasing: datagram[1...shortLength]))
            else { return nil }
            self = .short(destination: destination)
        } else {
            guard let header = LongHeader(datagram) else { return nil }
            self = .long(header)
        }
    }
}

/// The version-independent part of a long header. It points into its datagram.
package struct LongHeader {
    package let first: UInt8
    /// 0 in a Version Negotiation packet.
    package let version: UInt32
    /// 0 to 255 octets: QUIC version 1 has 20 at most, other versions may have more.
    package let destination: UnsafeRawBufferPointer
    package let source: UnsafeRawBufferPointer
    /// What follows the IDs, which depends on version and type.
    package let rest: UnsafeRawBufferPointer

    /// Reads a long header; nil where it is cut short.
    ///
    /// - Precondition: the first bit of `datagram` is 1.
    @inlinable
    package init?(_ datagram: UnsafeRawBufferPointer) {
        guard let destination = Self.destination(of: datagram) else { return nil }
        let destinationEnd = 6 + destination.count
        guard datagram.count > destinationEnd else { return nil }
        let sourceEnd = destinationEnd + 1 + Int(datagram[destinationEnd])
        guard datagram.count >= sourceEnd else { return nil }
        first = datagram[0]
        version = UInt32(bigEndian: datagram.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
        self.destination = destination
        source = UnsafeRawBufferPointer(rebasing: datagram[destinationEnd + 1..<sourceEnd])
        rest = UnsafeRawBufferPointer(rebasing: datagram[sourceEnd...])
    }

    /// The destination ID alone, of a packet that may be cut short after it; nil where it ends before.
    @inlinable
    package static func destination(of datagram: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard datagram.count >= 6 else { return nil }
        let end = 6 + Int(datagram[5])
        guard datagram.count >= end else { return nil }
        return UnsafeRawBufferPointer(rebasing: datagram[6..<end])
    }

    /// Whether this is an Initial packet of QUIC version 1 (RFC 9000 §17.2.2): fixed bit set, type 0.
    @inlinable
    package var isInitial: Bool { first & 0x70 == 0x40 }

    /// The token of an Initial packet of QUIC version 1 (RFC 9000 §17.2.2), empty where there is none; nil where it is
    /// cut short.
    package var token: UnsafeRawBufferPointer? {
        guard let first = rest.first else { return nil }
        // RFC 9000 §16: a variable-length integer.
        let lengthOctets = 1 << Int(first >> 6)
        guard rest.count >= lengthOctets else { return nil }
        let length = rest[1..<lengthOctets].reduce(UInt64(first & 0x3f)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(rest.count - lengthOctets) else { return nil }
        return UnsafeRawBufferPointer(rebasing: rest[lengthOctets..<lengthOctets + Int(length)])
    }
}
