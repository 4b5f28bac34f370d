/// Remembers which tokens of NEW_TOKEN were used, so that each is good once in a worker (RFC 9000 §8.1.4). Of a fixed size,
/// for they live long: after 24,576 it forgets the oldest, and it takes two in 10,000 for used that were not, at most.
/// Those clients are asked by a Retry as if they had none (§8.1.3).
package struct ReplayFilter {
    /// Bits of one generation: 128 KiB of memory for both.
    private static let bitCount: UInt64 = 1 << 19
    /// Tokens of a generation. When it is full, one in 11,000 is mistaken: (1 - e^(-8 · 24,576 / 2^19))^8.
    static let capacity = 24_576
    private static let bitsPerToken: UInt64 = 8

    private var current = [UInt64](repeating: 0, count: Int(bitCount / 64))
    private var former = [UInt64](repeating: 0, count: Int(bitCount / 64))
    private var used = 0

    package init() {}

    /// Whether the token was used.
    package func contains(_ nonce: TokenNonce) -> Bool {
        Self.isSet(nonce, in: current) || Self.isSet(nonce, in: former)
    }

    /// Notes that the token is used.
    package mutating func insert(_ nonce: TokenNonce) {
        if used == Self.capacity {
            swap(&current, &former)
            for index in current.indices { current[index] = 0 }
            used = 0
        }
        used += 1
        Self.forEachBit(nonce) { current[Int($0 / 64)] |= 1 << ($0 % 64) }
    }

    private static func isSet(_ nonce: TokenNonce, in bits: [UInt64]) -> Bool {
        var isSet = true
        forEachBit(nonce) { isSet = isSet && bits[Int($0 / 64)] & 1 << ($0 % 64) != 0 }
        return isSet
    }

    /// The places of a nonce. Nonces are the pool's own, so nobody chooses which collide.
    private static func forEachBit(_ nonce: TokenNonce, _ body: (UInt64) -> Void) {
        // SplitMix64's finalizer.
        var hash = nonce.prefix << 16 ^ nonce.number &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        hash ^= hash >> 31
        let (first, second) = (hash & 0xffff_ffff, hash >> 32 | 1)
        for index in 0..<bitsPerToken { body((first &+ index &* second) % bitCount) }
    }
}
