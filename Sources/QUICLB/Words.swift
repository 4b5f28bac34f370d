/// 24 octets in three big-endian words, octet 0 in the highest bits: what connection IDs, server IDs
/// and nonces are moved about in.
@usableFromInline
struct Words: Hashable, Sendable {
    @usableFromInline var word0: UInt64
    @usableFromInline var word1: UInt64
    @usableFromInline var word2: UInt64

    @usableFromInline static let count = 24

    @inlinable
    init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
    }

    /// The octets from octet 0 on, then zeros.
    init(_ octets: some Sequence<UInt8>) {
        self.init(0, 0, 0)
        for (index, octet) in octets.enumerated() {
            self |= Words(UInt64(octet) << 56, 0, 0).shiftedRight(octets: index)
        }
    }

    /// 16 octets, then zeros.
    init(_ block: UInt128) {
        self.init(UInt64(truncatingIfNeeded: block >> 64), UInt64(truncatingIfNeeded: block), 0)
    }

    /// The first 16 octets as a big-endian number.
    var firstBlock: UInt128 { UInt128(word0) << 64 | UInt128(word1) }

    /// The words with every octet `octets` places later. The smart shifts make 0 of what leaves a
    /// word, and turn round where the amount is negative, so no case needs a branch of its own.
    @inlinable
    func shiftedRight(octets: Int) -> Words {
        let bits = 8 * octets
        return Words(
            word0 >> bits,
            word1 >> bits | word0 >> (bits - 64),
            word2 >> bits | word1 >> (bits - 64) | word0 >> (bits - 128))
    }

    /// The words with every octet `octets` places earlier.
    @inlinable
    func shiftedLeft(octets: Int) -> Words {
        let bits = 8 * octets
        return Words(
            word0 << bits | word1 << (bits - 64) | word2 << (bits - 128),
            word1 << bits | word2 << (bits - 64),
            word2 << bits)
    }

    /// The first `count` octets, then zeros.
    @inlinable
    func prefix(_ count: Int) -> Words {
        let bits = 8 * count
        return Words(
            word0 & ~(.max >> bits),
            word1 & ~(.max >> max(bits - 64, 0)),
            word2 & ~(.max >> max(bits - 128, 0)))
    }

    @inlinable
    static func |= (left: inout Words, right: Words) {
        left.word0 |= right.word0
        left.word1 |= right.word1
        left.word2 |= right.word2
    }

    /// Calls `body` with the first `count` octets.
    @inlinable
    func withUnsafeBytes<Result>(
        count: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try Swift.withUnsafeBytes(of: (word0.bigEndian, word1.bigEndian, word2.bigEndian)) {
            try body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
    }
}
