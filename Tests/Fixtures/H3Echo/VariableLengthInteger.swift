/// Integers of 1, 2, 4 or 8 octets; the two highest bits tell which (RFC 9000 §16).
enum VariableLengthInteger {
    /// How many octets an integer has that begins with `firstOctet`.
    static func length(firstOctet: UInt8) -> Int {
        1 << Int(firstOctet >> 6)
    }

    /// The value of exactly as many octets as `length(firstOctet:)` says.
    static func decode(_ octets: some Collection<UInt8>) -> UInt64 {
        octets.dropFirst().reduce(UInt64(octets.first! & 0x3F)) { $0 << 8 | UInt64($1) }
    }

    static func encode(_ value: UInt64) -> [UInt8] {
        let (length, prefix): (Int, UInt8) =
            switch value {
            case 0..<(1 << 6): (1, 0x00)
            case 0..<(1 << 14): (2, 0x40)
            case 0..<(1 << 30): (4, 0x80)
            case 0..<(1 << 62): (8, 0xC0)
            default: preconditionFailure("\(value) does not fit into 62 bits")
            }
        var octets = (0..<length).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        octets[0] |= prefix
        return octets
    }
}
