import QUICLB

extension ByteWriter {
    mutating func write(_ slots: [Slot]) {
        write(slots) { $0.write($1.rawValue) }
    }
}

extension ByteReader {
    mutating func readSlots() throws(MalformedMessage) -> [Slot] {
        try readList { reader throws(MalformedMessage) in Slot(rawValue: try reader.read()) }
    }
}
