/// How the connection IDs of a pool are laid out: what a server and its load balancers agree on.
///
/// ```
///  0     3        8
/// +-----+--------+-------------+---------+ - - - - - - - +
/// | ID  | length | server ID   | nonce   |  server use    |
/// |     | or any | 1…15 octets | 4…18    |                |
/// +-----+--------+-------------+---------+ - - - - - - - +
///                |<-- encrypted by a key ->|
/// ```
///
/// draft-ietf-quic-load-balancers-21 §3, §4.
public struct Configuration: Hashable, Sendable {
    /// How server ID and nonce become the octets after the first one.
    public enum Algorithm: String, Hashable, Sendable, CaseIterable {
        /// As they are: anyone can read the server ID.
        case plaintext
        /// As one block of AES-128.
        case singlePass = "single-pass"
        /// By a Feistel network of four passes of AES-128.
        case fourPass = "four-pass"
    }

    /// What the low five bits of the first octet say.
    public enum FirstOctet: Hashable, Sendable {
        /// The length of the connection ID, less one: for hardware that must find its end in a short
        /// header.
        case encodesLength
        /// Nothing: they are random.
        case random
    }

    /// The lengths that a server ID may have, in octets.
    public static let serverIDLengths = 1...15
    /// The greatest sum of the lengths of server ID and nonce: the first octet takes one of the 20.
    public static let maximumBlockLength = ConnectionID.maximumLength - 1

    /// The codepoint in the first octet.
    public let id: ConfigurationID
    /// nil: connection IDs are in plaintext.
    public let key: Key?
    /// In octets.
    public let serverIDLength: Int
    /// In octets.
    public let nonceLength: Int
    public let firstOctet: FirstOctet
    /// What the key does; nil without one.
    let cipher: Cipher?

    /// A configuration, where the lengths are legal.
    ///
    /// - Parameter key: what encrypts server ID and nonce; nil leaves them readable.
    public init(
        id: ConfigurationID, key: Key? = nil, serverIDLength: Int, nonceLength: Int,
        firstOctet: FirstOctet = .encodesLength
    ) throws(ConfigurationError) {
        guard Self.serverIDLengths.contains(serverIDLength) else {
            throw .serverIDLength(serverIDLength)
        }
        guard Nonce.lengths.contains(nonceLength) else { throw .nonceLength(nonceLength) }
        guard serverIDLength + nonceLength <= Self.maximumBlockLength else {
            throw .blockLength(serverID: serverIDLength, nonce: nonceLength)
        }
        self.id = id
        self.key = key
        self.serverIDLength = serverIDLength
        self.nonceLength = nonceLength
        self.firstOctet = firstOctet
        cipher = key.map { Cipher(key: $0, count: serverIDLength + nonceLength) }
    }

    /// Which algorithm follows from the key and the lengths (draft-ietf-quic-load-balancers-21 §5.4).
    public var algorithm: Algorithm {
        guard key != nil else { return .plaintext }
        return blockLength == Cipher.singlePassCount ? .singlePass : .fourPass
    }

    /// The octets of server ID and nonce together.
    private var blockLength: Int { serverIDLength + nonceLength }

    /// The number of octets of the connection IDs, 6 to 20, without octets for the server's own use.
    public var connectionIDLength: Int { 1 + blockLength }

    /// The first octet of an ID of `length` octets; `bits` are its low five where they are random.
    func firstOctet(length: Int, bits: UInt8) -> UInt8 {
        switch firstOctet {
        case .encodesLength: id.rawValue << 5 | UInt8(length - 1)
        case .random: id.rawValue << 5 | bits & 0x1f
        }
    }
}
