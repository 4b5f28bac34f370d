/// How the connection IDs of a pool are laid out: what a server and its load balancers agree on.
///
/// ```
///  0     3        8
/// +-----+--------+-------------+---------+ - - - - - - - +
/// | ID  | length | server ID   | nonce   |  server use    |
/// |     | or any | 1…15 octets | 4…18    |                |
/// +-----+--------+-------------+---------+ - - - - - - - +
/// ```
///
/// draft-ietf-quic-load-balancers-21 §3, §4.
public struct Configuration: Hashable, Sendable {
    /// How server ID and nonce become the octets after the first one.
    public enum Algorithm: Hashable, Sendable {
        /// As they are: anyone can read the server ID.
        case plaintext
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
    public let algorithm: Algorithm
    /// In octets.
    public let serverIDLength: Int
    /// In octets.
    public let nonceLength: Int
    public let firstOctet: FirstOctet

    /// A configuration, where the lengths are legal.
    public init(
        id: ConfigurationID, algorithm: Algorithm = .plaintext, serverIDLength: Int, nonceLength: Int,
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
        self.algorithm = algorithm
        self.serverIDLength = serverIDLength
        self.nonceLength = nonceLength
        self.firstOctet = firstOctet
    }

    /// The number of octets of the connection IDs, 6 to 20, without octets for the server's own use.
    public var connectionIDLength: Int { 1 + serverIDLength + nonceLength }

    /// The first octet of an ID of `length` octets; `bits` are its low five where they are random.
    func firstOctet(length: Int, bits: UInt8) -> UInt8 {
        switch firstOctet {
        case .encodesLength: id.rawValue << 5 | UInt8(length - 1)
        case .random: id.rawValue << 5 | bits & 0x1f
        }
    }
}
