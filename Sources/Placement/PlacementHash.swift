package import QUICLB

/// The keyed hash that places a client-chosen DCID on the ring: SipHash-1-3, as in the kernel
/// program (`bpf/hash.h`).
///
/// The key is random per pool: a client that knew it could aim all its connections at one slot.
package struct PlacementHash: Hashable, Sendable {
    private let key0: UInt64
    private let key1: UInt64

    package init(key: (UInt64, UInt64)) {
        (key0, key1) = key
    }

    package init(using generator: inout some RandomNumberGenerator) {
        self.init(key: (generator.next(), generator.next()))
    }

    package var key: (UInt64, UInt64) { (key0, key1) }

    /// The hash of a DCID and its length.
    package func callAsFunction(_ id: ConnectionID) -> UInt64 {
        let words = id.bigEndianWords
        return hash(words.0, words.1, words.2 | UInt64(id.count))
    }

    /// SipHash-1-3 of 24 octets, given as three little-endian words.
    func hash(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64) -> UInt64 {
        var state = SipState(key: key)
        state.absorb(word0)
        state.absorb(word1)
        state.absorb(word2)
        state.absorb(24 << 56)
        return state.finish()
    }
}

private struct SipState {
    private var v0, v1, v2, v3: UInt64

    init(key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736f_6d65_7073_6575
        v1 = key.1 ^ 0x646f_7261_6e64_6f6d
        v2 = key.0 ^ 0x6c79_6765_6e65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        v0 ^= word
    }

    mutating func finish() -> UInt64 {
        v2 ^= 0xff
        for _ in 0..<3 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
        v0 &+= v1
        v1 = Self.rotateLeft(v1, 13) ^ v0
        v0 = Self.rotateLeft(v0, 32)
        v2 &+= v3
        v3 = Self.rotateLeft(v3, 16) ^ v2
        v0 &+= v3
        v3 = Self.rotateLeft(v3, 21) ^ v0
        v2 &+= v1
        v1 = Self.rotateLeft(v1, 17) ^ v2
        v2 = Self.rotateLeft(v2, 32)
    }

    private static func rotateLeft(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        value << bits | value >> (64 - bits)
    }
}
