/// AES-128 (FIPS 197) of one block at a time, its round keys expanded. A block is its 16 octets as a big-endian
/// number.
///
/// Written out here because the kernel program needs the expanded keys and the tables, which no library gives.
package final class AES128: Sendable {
    package static let roundKeyCount = 44

    /// 44 round keys, column by column, for encryption.
    package let encryptionKeys: [UInt32]
    /// 44 round keys of the equivalent inverse cipher, in the order of their use (FIPS 197 §5.3.5).
    package let decryptionKeys: [UInt32]
    // The tables are kept here, as a static one is looked for at each use.
    private let encryption = AESTables.encryption
    private let decryption = AESTables.decryption
    private let inverseSBox = AESTables.inverseSBox

    package init(key: [UInt8]) {
        precondition(key.count == 16, "a key of AES-128 has 16 octets")
        encryptionKeys = Self.expand(key)
        decryptionKeys = Self.invert(encryptionKeys)
    }

    /// KeyExpansion (FIPS 197 §5.2).
    private static func expand(_ key: [UInt8]) -> [UInt32] {
        var words = stride(from: 0, to: 16, by: 4).map { start in
            key[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        var constant: UInt32 = 1
        for index in 4..<roundKeyCount {
            var word = words[index - 1]
            if index.isMultiple(of: 4) {
                word = substitute(word << 8 | word >> 24) ^ constant << 24
                constant = constant << 1 ^ (constant & 0x80 == 0 ? 0 : 0x11b)
            }
            words.append(words[index - 4] ^ word)
        }
        return words
    }

    private static func substitute(_ word: UInt32) -> UInt32 {
        octets(of: word).reduce(0) { $0 << 8 | UInt32(AESTables.sBox[Int($1)]) }
    }

    /// The rounds in reverse, all but the first and the last after InvMixColumns.
    private static func invert(_ keys: [UInt32]) -> [UInt32] {
        (0..<roundKeyCount).map { index in
            let round = 10 - index / 4
            let key = keys[4 * round + index % 4]
            guard (1..<10).contains(round) else { return key }
            return octets(of: key).enumerated().reduce(0) { column, octet in
                let mixed = AESTables.inverseMixedColumn(octet.element)
                return column ^ rotateRight(mixed, UInt32(8 * octet.offset))
            }
        }
    }

    private static func octets(of word: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }

    package func encrypt(_ block: UInt128) -> UInt128 {
        encryptionKeys.withUnsafeBufferPointer { keys in
            encryption.withUnsafeBufferPointer { table in
                var state = Columns(block)
                state.add(keys, round: 0)
                for round in 1..<10 {
                    state = state.map { a, b, c, d in
                        table[Int(a >> 24)] ^ rotateRight(table[Int(b >> 16 & 0xff)], 8)
                            ^ rotateRight(table[Int(c >> 8 & 0xff)], 16)
                            ^ rotateRight(table[Int(d & 0xff)], 24)
                    }
                    state.add(keys, round: round)
                }
                // The table's second octet is S itself: the last round mixes no columns.
                state = state.map { a, b, c, d in
                    (table[Int(a >> 24)] << 8 & 0xff00_0000) | (table[Int(b >> 16 & 0xff)] & 0xff_0000)
                        | (table[Int(c >> 8 & 0xff)] & 0xff00) | (table[Int(d & 0xff)] >> 8 & 0xff)
                }
                state.add(keys, round: 10)
                return state.block
            }
        }
    }

    package func decrypt(_ block: UInt128) -> UInt128 {
        decryptionKeys.withUnsafeBufferPointer { keys in
            decryption.withUnsafeBufferPointer { table in
                inverseSBox.withUnsafeBufferPointer { box in
                    var state = Columns(block)
                    state.add(keys, round: 0)
                    for round in 1..<10 {
                        state = state.inverseMap { a, b, c, d in
                            table[Int(a >> 24)] ^ rotateRight(table[Int(b >> 16 & 0xff)], 8)
                                ^ rotateRight(table[Int(c >> 8 & 0xff)], 16)
                                ^ rotateRight(table[Int(d & 0xff)], 24)
                        }
                        state.add(keys, round: round)
                    }
                    state = state.inverseMap { a, b, c, d in
                        UInt32(box[Int(a >> 24)]) << 24 | UInt32(box[Int(b >> 16 & 0xff)]) << 16
                            | UInt32(box[Int(c >> 8 & 0xff)]) << 8 | UInt32(box[Int(d & 0xff)])
                    }
                    state.add(keys, round: 10)
                    return state.block
                }
            }
        }
    }
}

/// The state of the cipher: four columns, the first octet of each in its highest bits.
private struct Columns {
    var c0, c1, c2, c3: UInt32

    @inline(__always)
    init(_ c0: UInt32, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32) {
        (self.c0, self.c1, self.c2, self.c3) = (c0, c1, c2, c3)
    }

    @inline(__always)
    init(_ block: UInt128) {
        self.init(
            UInt32(truncatingIfNeeded: block >> 96), UInt32(truncatingIfNeeded: block >> 64),
            UInt32(truncatingIfNeeded: block >> 32), UInt32(truncatingIfNeeded: block))
    }

    @inline(__always)
    var block: UInt128 {
        UInt128(UInt64(c0) << 32 | UInt64(c1)) << 64 | UInt128(UInt64(c2) << 32 | UInt64(c3))
    }

    @inline(__always)
    mutating func add(_ keys: UnsafeBufferPointer<UInt32>, round: Int) {
        c0 ^= keys[4 * round]
        c1 ^= keys[4 * round + 1]
        c2 ^= keys[4 * round + 2]
        c3 ^= keys[4 * round + 3]
    }

    /// Each new column from those that ShiftRows brings together.
    @inline(__always)
    func map(_ column: (UInt32, UInt32, UInt32, UInt32) -> UInt32) -> Columns {
        Columns(
            column(c0, c1, c2, c3), column(c1, c2, c3, c0), column(c2, c3, c0, c1), column(c3, c0, c1, c2))
    }

    /// The same with InvShiftRows.
    @inline(__always)
    func inverseMap(_ column: (UInt32, UInt32, UInt32, UInt32) -> UInt32) -> Columns {
        Columns(
            column(c0, c3, c2, c1), column(c1, c0, c3, c2), column(c2, c1, c0, c3), column(c3, c2, c1, c0))
    }
}

@inline(__always)
private func rotateRight(_ word: UInt32, _ bits: UInt32) -> UInt32 {
    word >> bits | word << (32 &- bits)
}
