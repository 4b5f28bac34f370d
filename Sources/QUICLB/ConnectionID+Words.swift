extension ConnectionID {
    /// The octets as big-endian words, zero beyond the end.
    @usableFromInline var words: Words { Words(word0, word1, word2) }

    /// 0 where there are no octets.
    @inlinable var firstOctet: UInt8 { UInt8(truncatingIfNeeded: word0 >> 56) }

    /// The first `count` octets of the words, which must be zero beyond them.
    @inlinable
    init(words: Words, count: Int) {
        self.init()
        word0 = words.word0
        word1 = words.word1
        word2 = words.word2
        length = UInt8(truncatingIfNeeded: count)
    }

    /// The octets as three big-endian words, zero beyond the end.
    package var bigEndianWords: (UInt64, UInt64, UInt64) { (word0, word1, word2) }
}
