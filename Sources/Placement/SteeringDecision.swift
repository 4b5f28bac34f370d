package import QUICLB

/// How the kernel program chooses the worker for a packet. The raw value of `kind` is the counter's name.
package enum SteeringDecision: Hashable, Sendable {
    /// The destination ID is one that this slot issued.
    case serverID(ConnectionID, Slot)
    /// The client chose the destination ID: its pin says where it goes, and before it has one the ring does.
    case ring(ConnectionID, ForeignConnectionID)
    /// A short header whose destination ID nobody here issued: the hash of addresses and ports says where it goes.
    case tuple(ForeignConnectionID)
    /// No destination ID can be read: as `tuple`.
    case malformed(MalformedHeader)

    package enum Kind: String, Hashable, Sendable {
        case serverID = "server-id"
        case ring
        case tuple
        case malformed
    }

    package var kind: Kind {
        switch self {
        case .serverID: .serverID
        case .ring: .ring
        case .tuple: .tuple
        case .malformed: .malformed
        }
    }

    /// Nil where it takes more than the configuration to know it.
    package var slot: Slot? {
        switch self {
        case .serverID(_, let slot): slot
        case .ring, .tuple, .malformed: nil
        }
    }

    /// Nil where it is not known which octets are the destination ID.
    package var connectionID: ConnectionID? {
        switch self {
        case .serverID(let id, _), .ring(let id, _): id
        case .tuple, .malformed: nil
        }
    }
}
