import JSONText
import Placement
import QUICLB

/// What `drover cid explain` says.
struct SteeringExplanation {
    /// For a connection ID without its packet, what it is after a long header.
    let decision: SteeringDecision
    /// For a connection ID without its packet.
    var inShortHeader: SteeringDecision?

    /// One line.
    var text: String {
        let text = Self.text(of: decision)
        guard let inShortHeader, inShortHeader.kind != decision.kind else { return text }
        return "in a long header \(text); in a short header \(Self.text(of: inShortHeader))"
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init("decision", .string(decision.kind.rawValue)),
            .init("slot", decision.slot.map { .number(Int($0.rawValue)) } ?? nil),
            .init("connectionID", decision.connectionID.map { .string("\($0)") } ?? nil),
            .init("reason", .string(Self.reason(of: decision))),
        ]
        if let inShortHeader {
            members.append(.init("decisionInShortHeader", .string(inShortHeader.kind.rawValue)))
        }
        return .object(members)
    }

    private static func text(of decision: SteeringDecision) -> String {
        let place = decision.slot.map { "slot \($0)" } ?? "slot not known"
        return "\(decision.kind.rawValue): \(place): \(reason(of: decision))"
    }

    private static func reason(of decision: SteeringDecision) -> String {
        switch decision {
        case .serverID(let id, let slot): "the destination ID \(id) is slot \(slot)'s"
        case .ring(_, let objection):
            "the destination ID is the client's own (\(objection)): it is placed by the ring, then pinned"
        case .tuple(let objection):
            "the destination ID is not the pool's (\(objection)): the hash of addresses and ports decides"
        case .malformed(let reason): "\(reason): the hash of addresses and ports decides"
        }
    }
}
