import ArgumentParser
import Control
import Linux
import QUICLB

/// `drover connections`
struct ListConnections: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections", abstract: "List the connections of a running pool.",
        discussion: "The first column is what drover close takes.")

    @Option(help: "Of this slot only.", transform: Parsing.slot)
    var slot: Slot?

    @Option(help: ArgumentHelp("From this IP address only.", valueName: "address"), transform: Parsing.host)
    var peer: String?

    @OptionGroup var control: ControlOptions

    func run() throws {
        if !control.json { StandardStream.output.write(line: Self.row(Self.header)) }
        try control.ask(.connections(slot: slot, peer: peer), waits: true) { answer, line in
            guard case .connections(let list) = answer, !control.json else {
                return StandardStream.output.write(line: line)
            }
            for connection in list.connections {
                StandardStream.output.write(line: Self.row(Self.cells(connection, slot: list.slot)))
            }
        }
    }

    private static let header = [
        "connection", "peer", "state", "age", "rtt", "received", "sent", "protocol", "connection IDs",
    ]
    /// There may be very many rows: they are not looked at before they are printed.
    private static let widths = [12, 24, 12, 9, 9, 12, 12, 10, 0]

    private static func cells(_ connection: ConnectionSummary, slot: UInt8) -> [String] {
        [
            "\(slot).\(connection.number)", connection.peer, connection.state,
            "\(connection.ageMilliseconds / 1000) s", "\(connection.smoothedRoundTripMicroseconds) µs",
            "\(connection.octetsReceived)", "\(connection.octetsSent)", connection.applicationProtocol,
            connection.connectionIDs.joined(separator: " "),
        ]
    }

    private static func row(_ cells: [String]) -> String {
        zip(cells, widths).map { Table.pad($0, to: $1) }.joined(separator: "  ")
    }
}
