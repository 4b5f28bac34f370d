/// Takes an input apart into what a target chooses by it. Past its end come zeros, so every input is one.
struct InputReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = Array(bytes)[...]
    }

    mutating func octet() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func octets(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count) + Array(repeating: 0, count: max(0, count - rest.count))
    }

    /// At most `count` octets, as many as there are.
    mutating func available(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
