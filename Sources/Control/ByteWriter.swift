/// Builds a message: integers in big-endian order, what varies in length after its length.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ integer: some FixedWidthInteger & UnsignedInteger) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ flag: Bool) {
        bytes.append(flag ? 1 : 0)
    }

    mutating func write(_ octets: [UInt8]) {
        write(UInt32(octets.count))
        bytes.append(contentsOf: octets)
    }

    mutating func write(_ text: String) {
        write(Array(text.utf8))
    }

    mutating func write(_ duration: Duration) {
        write(duration.nanoseconds)
    }

    mutating func write<Element>(_ list: [Element], each: (inout ByteWriter, Element) -> Void) {
        write(UInt16(list.count))
        for element in list { each(&self, element) }
    }
}
