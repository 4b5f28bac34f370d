/// Takes a message apart. Every read is checked against what is left; a length is believed only so far.
struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var left: Int { bytes.count - position }

    private mutating func take(_ count: Int) throws(MalformedMessage) -> ArraySlice<UInt8> {
        guard count <= left else { throw .truncated }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func read<Integer: FixedWidthInteger & UnsignedInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(MalformedMessage) -> Integer {
        var integer: Integer = 0
        let octets = try take(MemoryLayout<Integer>.size)
        withUnsafeMutableBytes(of: &integer) { $0.copyBytes(from: octets) }
        return Integer(bigEndian: integer)
    }

    mutating func readFlag() throws(MalformedMessage) -> Bool {
        switch try read(UInt8.self) {
        case 0: false
        case 1: true
        case let value: throw .invalidValue(field: "flag", value: UInt64(value))
        }
    }

    mutating func readOctets() throws(MalformedMessage) -> [UInt8] {
        let count = try read(UInt32.self)
        return Array(try take(Int(count)))
    }

    mutating func readText() throws(MalformedMessage) -> String {
        guard let text = String(validating: try readOctets(), as: UTF8.self) else { throw .invalidText }
        return text
    }

    mutating func readDuration() throws(MalformedMessage) -> Duration {
        let nanoseconds = try read(UInt64.self)
        guard let value = Int64(exactly: nanoseconds) else {
            throw .invalidValue(field: "duration", value: nanoseconds)
        }
        return .nanoseconds(value)
    }

    mutating func readList<Element>(
        each: (inout ByteReader) throws(MalformedMessage) -> Element
    ) throws(MalformedMessage) -> [Element] {
        let count = try read(UInt16.self)
        var list: [Element] = []
        for _ in 0..<count { list.append(try each(&self)) }
        return list
    }

    /// Requires that nothing is left.
    func finish() throws(MalformedMessage) {
        guard left == 0 else { throw .excess(count: left) }
    }
}
