/// A pool's connection IDs under all configurations that are in use: one, and while keys are rotated two.
public struct PoolCodecs: Hashable, Sendable {
    /// By codepoint, that of unroutable IDs included.
    private var byCodepoint: [PoolCodec?] = Array(repeating: nil, count: Int(ConfigurationID.unroutable) + 1)

    /// - Parameter codecs: all of one host ID.
    /// - Throws: as `add`.
    public init(_ codecs: some Sequence<PoolCodec>) throws(ConfigurationError) {
        for codec in codecs { try add(codec) }
    }

    /// - Throws: `duplicateID` where its codepoint is in use; `sharedServerIDs` where it is plaintext and another
    ///   is not, or the other way about: both encode the same slots.
    public mutating func add(_ codec: PoolCodec) throws(ConfigurationError) {
        if let id = ConfigurationID(rawValue: codec.codepoint) {
            guard self[codec.codepoint] == nil else { throw .duplicateID(id) }
            for case let other? in byCodepoint where (other.cipher == nil) != (codec.cipher == nil) {
                guard let otherID = ConfigurationID(rawValue: other.codepoint) else { continue }
                let (plaintext, keyed) = codec.cipher == nil ? (id, otherID) : (otherID, id)
                throw .sharedServerIDs(plaintext: plaintext, keyed: keyed)
            }
        }
        byCodepoint[Int(codec.codepoint)] = codec
    }

    public mutating func remove(codepoint: UInt8) {
        byCodepoint[Int(codepoint)] = nil
    }

    /// The codec with a codepoint, 0 to 7.
    public subscript(codepoint: UInt8) -> PoolCodec? { byCodepoint[Int(codepoint)] }

    /// The slot that a connection ID encodes, or nil where it is none of this pool's.
    public func slot(of id: ConnectionID) -> Slot? {
        self[id.firstOctet >> 5]?.slot(of: id)
    }
}
