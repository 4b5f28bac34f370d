/// Nonces that one worker may use, each once: consecutive values of a counter that wraps at the nonce's length.
///
/// The supervisor gives each to one incarnation of one slot only, so no two connection IDs have the same nonce under
/// a key. Plaintext IDs have random nonces instead, and an empty range.
package struct NonceRange: Hashable, Sendable {
    package var first: UInt128
    package var count: UInt64

    package static let empty = NonceRange(first: 0, count: 0)

    package init(first: UInt128, count: UInt64) {
        self.first = first
        self.count = count
    }
}

extension ByteWriter {
    mutating func write(_ range: NonceRange) {
        write(UInt64(truncatingIfNeeded: range.first >> 64))
        write(UInt64(truncatingIfNeeded: range.first))
        write(range.count)
    }
}

extension ByteReader {
    mutating func readNonceRange() throws(MalformedMessage) -> NonceRange {
        let high = try read(UInt64.self)
        let low = try read(UInt64.self)
        return NonceRange(first: UInt128(high) << 64 | UInt128(low), count: try read())
    }
}
