/// A QUIC connection ID: 0 to 20 octets, held inline (RFC 9000 §17.2).
public struct ConnectionID: Sendable {
    /// The longest connection ID of QUIC version 1, in octets.
    public static let maximumLength = 20

    /// The octets in big-endian order, zero beyond `count`: 0…7, 8…15, and 16…19 in the high half.
    @usableFromInline var word0: UInt64
    @usableFromInline var word1: UInt64
    @usableFromInline var word2: UInt64
    @usableFromInline var length: UInt8

    /// The connection ID of no octets.
    @inlinable
    public init() {
        word0 = 0
        word1 = 0
        word2 = 0
        length = 0
    }

    /// The connection ID with these octets, or nil if there are more than 20.
    @inlinable
    public init?(_ octets: UnsafeRawBufferPointer) {
        guard octets.count <= Self.maximumLength else { return nil }
        self.init()
        length = UInt8(truncatingIfNeeded: octets.count)
        withUnsafeMutableBytes(of: &self) { $0.copyMemory(from: octets) }
        word0 = UInt64(bigEndian: word0)
        word1 = UInt64(bigEndian: word1)
        word2 = UInt64(bigEndian: word2)
    }

    /// The connection ID with these octets, or nil if there are more than 20.
    public init?(_ octets: some Sequence<UInt8>) {
        let array = Array(octets)
        guard let id = array.withUnsafeBytes({ ConnectionID($0) }) else { return nil }
        self = id
    }

    /// The number of octets, 0 to 20.
    @inlinable
    public var count: Int { Int(length) }

    /// Calls `body` with the octets.
    @inlinable
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    {
        let words = (word0.bigEndian, word1.bigEndian, word2.bigEndian)
        return try Swift.withUnsafeBytes(of: words) {
            try body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
    }
}

extension ConnectionID: Hashable {
    @inlinable
    public static func == (left: ConnectionID, right: ConnectionID) -> Bool {
        left.word0 == right.word0 && left.word1 == right.word1 && left.word2 == right.word2
            && left.length == right.length
    }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(word0)
        hasher.combine(word1)
        hasher.combine(word2)
        hasher.combine(length)
    }
}

extension ConnectionID: CustomStringConvertible {
    /// The octets in lowercase hexadecimal.
    public var description: String {
        withUnsafeBytes { Hexadecimal.encode($0) }
    }
}
