internal import Control
private import Linux
private import QUICLB
internal import Transport

/// A list of connections that is told part by part, each when it is asked for: those that were there when it began and
/// are when their turn comes, in the order of their numbers.
struct ConnectionListing {
    /// Connections in a part: a message has room for more.
    private static let partSize = 64
    /// Connections that are looked at for a part: it takes no longer where few of them are wanted.
    private static let maximumSteps = 4096

    let request: UInt32
    /// From this address only.
    private let peer: String?
    private var numbers: ArraySlice<UInt64>

    init(_ table: ConnectionTable, request: UInt32, peer: String?) {
        self.request = request
        self.peer = peer
        numbers = table.numbers.sorted()[...]
    }

    /// The next connections.
    ///
    /// - Returns: also whether there are no more.
    mutating func next(in table: ConnectionTable) -> (part: [ConnectionSummary], isLast: Bool) {
        var part: [ConnectionSummary] = []
        let rest = numbers.dropFirst(Self.maximumSteps)
        while part.count < Self.partSize, numbers.count > rest.count, let number = numbers.popFirst() {
            guard let connection = table[number: number],
                peer.map({ $0 == connection.remoteAddress.host }) ?? true
            else { continue }
            part.append(ConnectionSummary(connection))
        }
        return (part, numbers.isEmpty)
    }
}

extension ConnectionSummary {
    fileprivate init(_ connection: Connection) {
        let statistics = connection.statistics
        self.init(
            number: connection.number, peer: connection.remoteAddress.description,
            state: connection.state.rawValue, applicationProtocol: connection.applicationProtocol ?? "",
            connectionIDs: connection.connectionIDs.map(\.description),
            ageMilliseconds: statistics.age.milliseconds,
            smoothedRoundTripMicroseconds: statistics.roundTripTime.microseconds,
            octetsReceived: statistics.octetsReceived, octetsSent: statistics.octetsSent)
    }
}
