package import Control
package import QUICLB

/// Makes the connection IDs of one slot by one configuration. No I/O; randomness is passed in.
///
/// Under a key each nonce of the ranges is used once, in order. Where none is left, IDs are unroutable until more
/// come: nonces of a key never repeat. Without a key nonces are random.
package struct ConnectionIDIssuer {
    private let slot: Slot
    private let codec: PoolCodec
    private let unroutableCodec: PoolCodec
    /// What is left; none is empty.
    private var ranges: [NonceRange] = []
    private var left: UInt64 = 0
    /// How many nonces may be left before more are asked for: half of the newest range.
    private var askedBelow: UInt64 = 0
    private var mustAsk = true

    /// - Parameter nonces: for a configuration with a key.
    package init(slot: Slot, codec: PoolCodec, unroutableCodec: PoolCodec, nonces: NonceRange) {
        self.slot = slot
        self.codec = codec
        self.unroutableCodec = unroutableCodec
        add(nonces)
    }

    /// More nonces, to be used after those that are left.
    package mutating func add(_ nonces: NonceRange) {
        guard nonces.count > 0 else { return }
        ranges.append(nonces)
        left += nonces.count
        askedBelow = nonces.count / 2
        mustAsk = true
    }

    /// A new connection ID. Without a key it may be one that was made before.
    package mutating func next(using random: inout some RandomNumberGenerator) -> ConnectionID {
        let firstOctetBits: UInt8 = random.next()
        guard codec.isKeyed else {
            return codec.encode(
                slot: slot, nonce: Self.randomNonce(codec.nonceLength, using: &random),
                firstOctetBits: firstOctetBits)
        }
        if let counter = nextCounter() {
            let nonce = Nonce(counter: counter, count: codec.nonceLength)
            return codec.encode(slot: slot, nonce: nonce, firstOctetBits: firstOctetBits)
        }
        return unroutableCodec.encode(
            slot: slot, nonce: Self.randomNonce(unroutableCodec.nonceLength, using: &random),
            firstOctetBits: firstOctetBits)
    }

    private mutating func nextCounter() -> UInt128? {
        guard let first = ranges.first?.first else { return nil }
        // A counter of more octets than the nonce has loses the excess: there the range wraps.
        ranges[0].first &+= 1
        ranges[0].count -= 1
        if ranges[0].count == 0 { ranges.removeFirst() }
        left -= 1
        return first
    }

    private static func randomNonce(
        _ count: Int, using random: inout some RandomNumberGenerator
    ) -> Nonce {
        let high: UInt64 = random.next()
        let low: UInt64 = random.next()
        return Nonce(counter: UInt128(high) << 64 | UInt128(low), count: count)
    }

    /// Whether to ask for more nonces: true once for each range, when half of it is used.
    package mutating func asksForNonces() -> Bool {
        guard codec.isKeyed, mustAsk, left <= askedBelow else { return false }
        mustAsk = false
        return true
    }
}
