package import QUICLB

/// Why a connection ID is not one that a pool issued under a configuration.
package enum ForeignConnectionID: Hashable, Sendable {
    case undecodable(UndecodableConnectionID)
    /// It would decode, but the pool's have another length.
    case otherLength(Int, needed: Int)
    case otherHost(ServerID, HostID)
}

extension ForeignConnectionID: CustomStringConvertible {
    package var description: String {
        switch self {
        case .undecodable(let reason): "\(reason)"
        case .otherLength(let count, let needed): "it has \(count) octets, and the pool's have \(needed)"
        case .otherHost(let serverID, let hostID):
            "its server ID \(serverID) does not begin with the host ID \(hostID)"
        }
    }
}
