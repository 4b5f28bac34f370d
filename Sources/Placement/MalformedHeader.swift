/// Why a packet's destination ID cannot be read.
package enum MalformedHeader: Hashable, Sendable {
    case empty
    case cutShort
    case longID(Int)
}

extension MalformedHeader: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the packet has no octets"
        case .cutShort: "the packet ends before its destination ID does"
        case .longID(let count): "the destination ID has \(count) octets, and 20 is the most"
        }
    }
}
