/// A value that travels in a message as its fields, one after the other: one list of them serves both directions.
protocol MessageFields {
    mutating func visit(_ fields: inout some FieldVisitor) throws(MalformedMessage)
}

/// Writes the fields of a message, or reads them in place of what they were.
protocol FieldVisitor {
    mutating func visit<Integer: FixedWidthInteger & UnsignedInteger>(
        _ integer: inout Integer
    ) throws(MalformedMessage)
    mutating func visit(_ flag: inout Bool) throws(MalformedMessage)
    mutating func visit(_ duration: inout Duration) throws(MalformedMessage)
}

extension FieldVisitor {
    /// An enumeration, as the place of the case.
    mutating func visit<Value: CaseIterable & Equatable>(
        _ value: inout Value, _ field: String
    ) throws(MalformedMessage) {
        let cases = Array(Value.allCases)
        var place = UInt8(cases.firstIndex(of: value)!)
        try visit(&place)
        guard place < cases.count else { throw .invalidValue(field: field, value: UInt64(place)) }
        value = cases[Int(place)]
    }

    /// A value that may be missing; 0 stands for nil.
    mutating func visit(_ value: inout UInt64?) throws(MalformedMessage) {
        var number = value ?? 0
        try visit(&number)
        value = number == 0 ? nil : number
    }

    /// A time that may be missing; 0 stands for nil.
    mutating func visit(_ value: inout Duration?) throws(MalformedMessage) {
        var duration = value ?? .zero
        try visit(&duration)
        value = duration == .zero ? nil : duration
    }
}

extension ByteWriter: FieldVisitor {
    mutating func visit<Integer: FixedWidthInteger & UnsignedInteger>(_ integer: inout Integer) {
        write(integer)
    }
    mutating func visit(_ flag: inout Bool) { write(flag) }
    mutating func visit(_ duration: inout Duration) { write(duration) }

    mutating func write(_ value: some MessageFields) {
        var value = value
        do {
            try value.visit(&self)
        } catch {
            preconditionFailure("a value that cannot be written: \(error)")
        }
    }
}

extension ByteReader: FieldVisitor {
    mutating func visit<Integer: FixedWidthInteger & UnsignedInteger>(
        _ integer: inout Integer
    ) throws(MalformedMessage) { integer = try read() }
    mutating func visit(_ flag: inout Bool) throws(MalformedMessage) { flag = try readFlag() }
    mutating func visit(_ duration: inout Duration) throws(MalformedMessage) { duration = try readDuration() }

    /// Reads the fields in place of those of `value`.
    mutating func read<Value: MessageFields>(_ value: Value) throws(MalformedMessage) -> Value {
        var value = value
        try value.visit(&self)
        return value
    }
}
