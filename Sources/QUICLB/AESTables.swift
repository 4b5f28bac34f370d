/// The substitutions of AES (FIPS 197 §5) as tables: SubBytes and MixColumns of an octet in one look-up.
///
/// The kernel program is given the same tables, so the two agree by construction. Look-ups take a time that
/// depends on the cache, hence on key and block: the encryption of connection IDs keeps observers from linking
/// them, and guards nothing else.
package enum AESTables {
    /// For each octet x with s = S(x): the column (2s, s, s, 3s). The other columns of a round are rotations of it.
    package static let encryption: [UInt32] = sBox.map { substitute in
        let double = times2(substitute)
        return column(double, substitute, substitute, double ^ substitute)
    }

    /// For each octet x with s = S⁻¹(x): the column (14s, 9s, 13s, 11s).
    package static let decryption: [UInt32] = inverseSBox.map(inverseMixedColumn)

    /// S⁻¹, for the last round of decryption, which mixes no columns.
    package static let inverseSBox: [UInt8] = {
        var inverse = [UInt8](repeating: 0, count: 256)
        for (octet, substitute) in sBox.enumerated() { inverse[Int(substitute)] = UInt8(octet) }
        return inverse
    }()

    /// S: the multiplicative inverse in GF(2⁸), then an affine transformation (FIPS 197 §5.1.1).
    static let sBox: [UInt8] = {
        var box = [UInt8](repeating: 0x63, count: 256)
        // 3 generates all octets but 0, and 0xf6, its inverse, their inverses in step.
        var (power, inverse): (UInt8, UInt8) = (1, 1)
        for _ in 0..<255 {
            let rotations = (1...4).map { inverse << $0 | inverse >> (8 - $0) }
            box[Int(power)] = rotations.reduce(inverse ^ 0x63, ^)
            power = times2(power) ^ power
            inverse = times(inverse, 0xf6)
        }
        return box
    }()

    /// What InvMixColumns makes of a column whose first octet this is and whose others are 0.
    static func inverseMixedColumn(_ octet: UInt8) -> UInt32 {
        column(times(octet, 14), times(octet, 9), times(octet, 13), times(octet, 11))
    }

    private static func column(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> UInt32 {
        UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    private static func times2(_ octet: UInt8) -> UInt8 {
        octet << 1 ^ (octet & 0x80 == 0 ? 0 : 0x1b)
    }

    /// The product in GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1 (FIPS 197 §4.2).
    private static func times(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (product, left, right) = (UInt8(0), left, right)
        while right != 0 {
            if right & 1 != 0 { product ^= left }
            left = times2(left)
            right >>= 1
        }
        return product
    }
}
