import QUICLB

/// Datagrams as steering sees them: a header and filler.
enum Packet {
    /// A long header of some version, with this DCID, as in an Initial.
    static func long(_ id: ConnectionID, version: UInt32 = 1, count: Int = 1_200) -> [UInt8] {
        let dcid = id.withUnsafeBytes(Array.init)
        let octets = withUnsafeBytes(of: version.bigEndian, Array.init)
        return pad([0xc0] + octets + [UInt8(dcid.count)] + dcid, to: count)
    }

    static func short(_ id: ConnectionID, count: Int = 60) -> [UInt8] {
        pad([0x40] + id.withUnsafeBytes(Array.init), to: count)
    }

    private static func pad(_ header: [UInt8], to count: Int) -> [UInt8] {
        header + [UInt8](repeating: 0xa5, count: max(0, count - header.count))
    }
}

extension ConnectionID {
    /// As a client chooses one. Its codepoint is one that no test pool has, so it never decodes.
    static func clientChosen(count: Int = 8) -> ConnectionID {
        var octets = (0..<count).map { _ in UInt8.random(in: 0...255) }
        if count > 0 { octets[0] &= 0x1f }
        return ConnectionID(octets)!
    }
}

extension PoolCodec {
    /// A connection ID of the slot, as a worker would issue it.
    func anyID(of slot: Slot) -> ConnectionID {
        encode(
            slot: slot, nonce: Nonce(counter: .random(in: 0 ... .max), count: nonceLength),
            firstOctetBits: .random(in: 0...255))
    }
}
