import ArgumentParser
import Control

/// `drover close`
struct CloseConnection: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close one connection of a running pool.")

    @Argument(
        help: ArgumentHelp("The connection, as drover connections shows it.", valueName: "slot.number"),
        transform: Parsing.connection)
    var connection: ConnectionNumber

    @Option(help: ArgumentHelp("With this application error code.", valueName: "code"))
    var code: UInt64 = 0

    @Option(help: ArgumentHelp("And with this reason.", valueName: "text"))
    var reason = ControlRequest.defaultCloseReason

    @OptionGroup var control: ControlOptions

    func run() throws {
        try control.order(
            .close(connection, code: code, reason: reason), done: "connection \(connection) is closed",
            waits: false)
    }
}
