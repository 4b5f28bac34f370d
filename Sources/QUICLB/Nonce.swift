/// What makes a connection ID unlike all others of its server ID: 4 to 18 octets, held inline.
///
/// A nonce is never used twice under one key, so a server counts; see `init(counter:count:)`.
public struct Nonce: Hashable, Sendable {
    /// The lengths that a nonce may have, in octets.
    public static let lengths = 4...18

    /// The octets from the first on, zero beyond `count`.
    @usableFromInline let words: Words
    @usableFromInline let length: UInt8

    /// `words` are zero beyond the first `count` octets.
    @usableFromInline
    init(words: Words, count: Int) {
        self.words = words
        length = UInt8(truncatingIfNeeded: count)
    }

    /// The nonce with these octets, or nil where there are not 4 to 18 of them.
    public init?(_ octets: some Collection<UInt8>) {
        guard Self.lengths.contains(octets.count) else { return nil }
        self.init(words: Words(octets), count: octets.count)
    }

    /// The low `count` octets of a counter, most significant first.
    ///
    /// - Precondition: `count` is 4 to 18.
    @inlinable
    public init(counter: UInt128, count: Int) {
        precondition(Self.lengths.contains(count), "a nonce has 4 to 18 octets")
        let high = UInt64(truncatingIfNeeded: counter >> 64)
        let low = UInt64(truncatingIfNeeded: counter)
        self.init(words: Words(0, high, low).shiftedLeft(octets: Words.count - count), count: count)
    }

    /// The number of octets, 4 to 18.
    @inlinable
    public var count: Int { Int(length) }

    /// Calls `body` with the octets.
    @inlinable
    public func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try words.withUnsafeBytes(count: count, body)
    }
}

extension Nonce: CustomStringConvertible {
    /// The octets in lowercase hexadecimal.
    public var description: String {
        withUnsafeBytes { Hexadecimal.encode($0) }
    }
}
