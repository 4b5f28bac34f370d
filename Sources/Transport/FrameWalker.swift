/// Goes through the frames of a 1-RTT packet's payload (RFC 9000 §19, RFC 9221), by their lengths.
///
/// It ends at the first frame that it does not know or that does not fit the payload.
package struct FrameWalker {
    package struct Frame: Equatable {
        package let type: UInt8
        /// Its octets, with the type.
        package let range: Range<Int>
        /// Its first field, where that is a variable-length integer: a sequence number in the frames about
        /// connection IDs.
        package let firstField: UInt64
        /// Where the second field begins.
        package let secondField: Int
    }

    package static let newConnectionID: UInt8 = 0x18
    package static let retireConnectionID: UInt8 = 0x19

    private let payload: UnsafeRawBufferPointer
    private var position: Int

    package init(_ payload: UnsafeRawBufferPointer, from position: Int = 0) {
        self.payload = payload
        self.position = position
    }

    package mutating func next() -> Frame? {
        guard position < payload.count else { return nil }
        let start = position
        let type = payload[start]
        var rest = Fields(payload, at: start + 1)
        var firstField: UInt64 = 0
        var secondField = rest.position
        if Self.beginsWithInteger(type) {
            guard let value = rest.integer() else { return nil }
            firstField = value
            secondField = rest.position
        }
        guard rest.skipRest(of: type, firstField: firstField) else { return nil }
        position = rest.position
        return Frame(
            type: type, range: start..<position, firstField: firstField, secondField: secondField)
    }

    private static func beginsWithInteger(_ type: UInt8) -> Bool {
        switch type {
        case 0x02...0x19, 0x1c, 0x1d, 0x31: true
        default: false
        }
    }
}

/// A place in a payload. What does not fit leaves it where it is and is told.
private struct Fields {
    private let payload: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ payload: UnsafeRawBufferPointer, at position: Int) {
        self.payload = payload
        self.position = position
    }

    private var left: Int { payload.count - position }

    /// RFC 9000 §16
    mutating func integer() -> UInt64? {
        guard left > 0 else { return nil }
        let first = payload[position]
        let count = 1 << Int(first >> 6)
        guard count <= left else { return nil }
        var value = UInt64(first & 0x3f)
        for octet in payload[position + 1..<position + count] { value = value << 8 | UInt64(octet) }
        position += count
        return value
    }

    /// Skips what follows the type and the first field, if that is a variable-length integer.
    mutating func skipRest(of type: UInt8, firstField: UInt64) -> Bool {
        switch type {
        case 0x00, 0x01, 0x1e:  // PADDING, PING, HANDSHAKE_DONE
            true
        case 0x02:  // ACK
            skipAcknowledgement()
        case 0x03:  // ACK with ECN counts
            skipAcknowledgement() && skipIntegers(3)
        case 0x04:  // RESET_STREAM
            skipIntegers(2)
        case 0x05, 0x11, 0x15:  // STOP_SENDING, MAX_STREAM_DATA, STREAM_DATA_BLOCKED
            skipIntegers(1)
        case 0x06:  // CRYPTO
            skipCounted()
        case 0x07, 0x31:  // NEW_TOKEN, DATAGRAM with its length
            skip(firstField)
        case 0x08...0x0f:  // STREAM
            (type & 0x04 == 0 || skipIntegers(1)) && (type & 0x02 == 0 ? skip(UInt64(left)) : skipCounted())
        case 0x10, 0x12, 0x13, 0x14, 0x16, 0x17, 0x19:
            // MAX_DATA, MAX_STREAMS, DATA_BLOCKED, STREAMS_BLOCKED, RETIRE_CONNECTION_ID
            true
        case 0x18:  // NEW_CONNECTION_ID
            skipIntegers(1) && skipConnectionID() && skip(16)
        case 0x1a, 0x1b:  // PATH_CHALLENGE, PATH_RESPONSE
            skip(8)
        case 0x1c:  // CONNECTION_CLOSE
            skipIntegers(1) && skipCounted()
        case 0x1d:  // CONNECTION_CLOSE by the application
            skipCounted()
        case 0x30:  // DATAGRAM up to the end
            skip(UInt64(left))
        default:
            false
        }
    }

    private mutating func skip(_ count: UInt64) -> Bool {
        guard count <= UInt64(left) else { return false }
        position += Int(count)
        return true
    }

    private mutating func skipIntegers(_ count: UInt64) -> Bool {
        for _ in 0..<count where integer() == nil { return false }
        return true
    }

    private mutating func skipCounted() -> Bool {
        guard let count = integer() else { return false }
        return skip(count)
    }

    private mutating func skipConnectionID() -> Bool {
        guard left > 0 else { return false }
        let count = payload[position]
        position += 1
        return skip(UInt64(count))
    }

    /// What follows Largest Acknowledged.
    private mutating func skipAcknowledgement() -> Bool {
        // The delay, the count of ranges, the first range; two integers for each further one.
        guard skipIntegers(1), let count = integer(), count <= UInt64(left) else { return false }
        return skipIntegers(1 + 2 * count)
    }
}
