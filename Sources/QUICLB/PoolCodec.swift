/// The connection IDs of one pool under one configuration: those whose server ID is the pool's host
/// ID and a slot.
///
/// All that depends on the configuration is worked out once, as masks and shifts over the ID's
/// big-endian words, so that neither way allocates or loops. The kernel program is given the same
/// masks and shifts: the two agree by construction.
public struct PoolCodec: Hashable, Sendable {
    public let configuration: Configuration
    public let host: HostID

    /// An ID is ours where its words, under `mask`, are `match`: codepoint, host ID, and the length
    /// bits where the first octet encodes the length. A server ID ends at octet 15 at the latest, so
    /// the third word is never compared.
    @usableFromInline package let mask: (UInt64, UInt64)
    @usableFromInline package let match: (UInt64, UInt64)
    /// Whether the slot octet is in the second word.
    @usableFromInline package let slotIsInSecondWord: Bool
    /// How far to shift that word right to have the slot octet in its low octet.
    @usableFromInline package let slotShift: UInt64
    /// What a nonce's octets move by.
    @usableFromInline let nonceOffset: Int
    @usableFromInline let nonceLength: Int
    /// The bits of the first octet that are random, in the ID's first word.
    @usableFromInline let randomBits: UInt64

    /// A codec, where host ID and slot fill the configuration's server ID.
    public init(configuration: Configuration, host: HostID) throws(ConfigurationError) {
        guard host.octets.count + 1 == configuration.serverIDLength else {
            throw .hostIDLength(host.octets.count, serverID: configuration.serverIDLength)
        }
        self.configuration = configuration
        self.host = host

        let length = configuration.connectionIDLength
        let firstOctet = configuration.firstOctet(length: length, bits: 0)
        let fixedBits: UInt8 =
            switch configuration.firstOctet {
            case .encodesLength: 0xff
            case .random: 0xe0
            }
        let matchWords = Words([firstOctet] + host.octets)
        let maskWords = Words([fixedBits] + host.octets.map { _ in 0xff })
        match = (matchWords.word0, matchWords.word1)
        mask = (maskWords.word0, maskWords.word1)
        randomBits = UInt64(~fixedBits) << 56

        let slotOffset = 1 + host.octets.count
        slotIsInSecondWord = slotOffset >= 8
        slotShift = UInt64(56 - 8 * (slotOffset % 8))
        nonceOffset = slotOffset + 1
        nonceLength = configuration.nonceLength
    }

    /// The number of octets of every ID.
    @inlinable
    public var connectionIDLength: Int { nonceOffset + nonceLength }

    /// The connection ID of a slot and a nonce.
    ///
    /// - Parameter firstOctetBits: the low five bits of the first octet, used only where the
    ///   configuration has them random.
    /// - Precondition: the nonce has the configuration's length.
    @inlinable
    public func encode(slot: Slot, nonce: Nonce, firstOctetBits: UInt8) -> ConnectionID {
        precondition(nonce.count == nonceLength, "a nonce of another length")
        var words = nonce.words.shiftedRight(octets: nonceOffset)
        words.word0 |= match.0 | UInt64(firstOctetBits) << 56 & randomBits
        words.word1 |= match.1
        if slotIsInSecondWord {
            words.word1 |= UInt64(slot.rawValue) << slotShift
        } else {
            words.word0 |= UInt64(slot.rawValue) << slotShift
        }
        return ConnectionID(words: words, count: connectionIDLength)
    }

    /// The slot that a connection ID encodes, or nil where it is not one of this pool's under this
    /// configuration.
    @inlinable
    public func slot(of id: ConnectionID) -> Slot? {
        guard id.count == connectionIDLength, id.word0 & mask.0 == match.0, id.word1 & mask.1 == match.1
        else { return nil }
        let word = slotIsInSecondWord ? id.word1 : id.word0
        return Slot(rawValue: UInt8(truncatingIfNeeded: word >> slotShift))
    }
}

extension PoolCodec {
    // All else follows from these two.

    public static func == (left: PoolCodec, right: PoolCodec) -> Bool {
        left.configuration == right.configuration && left.host == right.host
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(configuration)
        hasher.combine(host)
    }
}
