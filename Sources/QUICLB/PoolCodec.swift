/// The connection IDs of one pool under one configuration: those whose server ID is the pool's host ID and a slot.
///
/// All that depends on the configuration is worked out once, as masks and shifts over the ID's big-endian words, so
/// that neither way allocates. The kernel program is given the same masks, shifts and keys: the two agree by
/// construction.
public struct PoolCodec: Hashable, Sendable {
    /// The first three bits of the IDs: a configuration's, or `ConfigurationID.unroutable`.
    public let codepoint: UInt8
    /// In octets.
    public let nonceLength: Int
    /// The number of octets of every ID.
    public let connectionIDLength: Int
    /// Where the slot octet is.
    package let slotOffset: Int
    /// An ID is ours where its words, decrypted, are `match` under `mask`: codepoint, host ID, and the length bits
    /// where the first octet encodes the length. A server ID ends at octet 15 at the latest, so the third word is 0
    /// in both.
    let mask: Words
    let match: Words
    package let cipher: Cipher?

    /// A codec, where host ID and slot fill the configuration's server ID.
    public init(configuration: Configuration, host: HostID) throws(ConfigurationError) {
        try self.init(configuration: configuration, hostOctets: host.octets)
    }

    /// The same where the host ID may have no octets, and the server ID is the slot: what no load balancer can route.
    package init(configuration: Configuration, hostOctets: [UInt8]) throws(ConfigurationError) {
        guard hostOctets.count + 1 == configuration.serverIDLength else {
            throw .hostIDLength(hostOctets.count, serverID: configuration.serverIDLength)
        }
        let length = configuration.connectionIDLength
        let fixedBits: UInt8 =
            switch configuration.firstOctet {
            case .encodesLength: 0xff
            case .random: 0xe0
            }
        codepoint = configuration.id.rawValue
        nonceLength = configuration.nonceLength
        connectionIDLength = length
        slotOffset = 1 + hostOctets.count
        mask = Words([fixedBits] + hostOctets.map { _ in 0xff })
        match = Words([configuration.firstOctet(length: length, bits: 0)] + hostOctets)
        cipher = configuration.cipher
    }

    /// A codec of IDs that load balancers cannot route, for a pool that has no nonce left: the slot, readable, so
    /// that the host itself still steers by it, then the nonce (draft-ietf-quic-load-balancers-21 §3.1).
    ///
    /// - Parameter connectionIDLength: 8 to 20 octets, as long as the pool's other IDs.
    public init(unroutableOf connectionIDLength: Int) {
        precondition(
            (8...ConnectionID.maximumLength).contains(connectionIDLength), "an ID has 8 to 20 octets")
        codepoint = ConfigurationID.unroutable
        nonceLength = connectionIDLength - 2
        self.connectionIDLength = connectionIDLength
        slotOffset = 1
        mask = Words([0xff])
        match = Words([codepoint << 5 | UInt8(connectionIDLength - 1)])
        cipher = nil
    }

    /// The connection ID of a slot and a nonce.
    ///
    /// - Parameter firstOctetBits: the low five bits of the first octet, used only where the
    ///   configuration has them random.
    /// - Precondition: the nonce has the configuration's length.
    public func encode(slot: Slot, nonce: Nonce, firstOctetBits: UInt8) -> ConnectionID {
        precondition(nonce.count == nonceLength, "a nonce of another length")
        var words = nonce.words.shiftedRight(octets: slotOffset + 1)
        words |= Words(UInt64(slot.rawValue) << 56, 0, 0).shiftedRight(octets: slotOffset)
        words |= match
        if let cipher {
            words = cipher.encrypt(words.shiftedLeft(octets: 1)).shiftedRight(octets: 1)
            words.word0 |= match.word0 & Self.firstOctet
        }
        words.word0 |= UInt64(firstOctetBits) << 56 & ~mask.word0 & Self.firstOctet
        return ConnectionID(words: words, count: connectionIDLength)
    }

    /// The slot that a connection ID encodes, or nil where it is not one of this pool's under this
    /// configuration.
    public func slot(of id: ConnectionID) -> Slot? {
        guard id.count == connectionIDLength, (id.word0 ^ match.word0) & mask.word0 & Self.firstOctet == 0
        else { return nil }
        var words = id.words
        if let cipher {
            words = cipher.decrypt(words.shiftedLeft(octets: 1), prefix: slotOffset).shiftedRight(octets: 1)
            words.word0 |= id.word0 & Self.firstOctet
        }
        guard words.word0 & mask.word0 == match.word0, words.word1 & mask.word1 == match.word1 else {
            return nil
        }
        return Slot(
            rawValue: UInt8(truncatingIfNeeded: words.shiftedLeft(octets: slotOffset).word0 >> 56))
    }

    /// Whether server ID and nonce are encrypted, so that each nonce may be used once.
    package var isKeyed: Bool { cipher != nil }

    package var maskWords: (UInt64, UInt64) { (mask.word0, mask.word1) }
    package var matchWords: (UInt64, UInt64) { (match.word0, match.word1) }

    /// The bits of the first octet in an ID's first word.
    private static let firstOctet: UInt64 = 0xff << 56
}
