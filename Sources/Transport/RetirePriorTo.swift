/// Writes the Retire Prior To field of NEW_CONNECTION_ID frames (RFC 9000 §19.15), which ngtcp2 1.11 always sets
/// to 0, in packets that are about to be sealed.
package struct RetirePriorTo {
    /// The first sequence number that the peer may keep.
    let threshold: UInt64

    package init(threshold: UInt64) {
        self.threshold = threshold
    }

    /// Octets by which a packet may have to grow: eight frames, more than are ever in one, as ngtcp2 has eight
    /// IDs.
    var largestGrowth: Int { (Self.length(of: threshold) - 1) * 8 }

    /// Sets the field in all NEW_CONNECTION_ID frames of `payload`.
    ///
    /// A frame that has to grow moves those behind it: `payload` has more octets than the `count` in use.
    ///
    /// - Returns: the count of octets that are now in use; nil if there was no room.
    package func write(to payload: UnsafeMutableRawBufferPointer, count: Int) -> Int? {
        var count = count
        var position = 0
        while true {
            let used = UnsafeRawBufferPointer(rebasing: payload[..<count])
            var walker = FrameWalker(used, from: position)
            guard let frame = walker.next() else { return count }
            position = frame.range.upperBound
            guard frame.type == FrameWalker.newConnectionID else { continue }
            // An old ID, sent once more, cannot retire itself; but so it retires those before it, and its peer
            // never holds more than it allows, in whatever order frames arrive.
            let value = min(threshold, frame.firstField)
            let oldLength = 1 << Int(payload[frame.secondField] >> 6)
            let growth = Self.length(of: value) - oldLength
            if growth > 0 {
                guard count + growth <= payload.count else { return nil }
                let tail = frame.secondField + oldLength
                let base = payload.baseAddress!
                (base + tail + growth).copyMemory(from: base + tail, byteCount: count - tail)
                count += growth
                position += growth
            }
            let length = max(oldLength, Self.length(of: value))
            Self.write(value, to: payload, at: frame.secondField, length: length)
        }
    }

    /// RFC 9000 §16
    private static func length(of value: UInt64) -> Int {
        switch value {
        case 0..<1 << 6: 1
        case 1 << 6..<1 << 14: 2
        case 1 << 14..<1 << 30: 4
        default: 8
        }
    }

    private static func write(
        _ value: UInt64, to payload: UnsafeMutableRawBufferPointer, at position: Int, length: Int
    ) {
        for index in 0..<length {
            payload[position + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (length - 1 - index)))
        }
        payload[position] |= UInt8(length.trailingZeroBitCount) << 6
    }
}
