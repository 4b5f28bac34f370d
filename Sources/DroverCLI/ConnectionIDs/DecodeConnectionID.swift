import ArgumentParser
import JSONText
import Linux
import QUICLB

/// `drover cid decode`
struct DecodeConnectionID: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Read the server ID and the nonce in a connection ID.",
        discussion: "The exit status is 65 where the connection ID says nothing under the configuration.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(
        help: ArgumentHelp("The connection ID, 1 to 20 octets in hexadecimal.", valueName: "connection-id"),
        transform: Parsing.connectionID)
    var id: ConnectionID

    func run() throws {
        let decoded = try decode()
        let json: JSON = [
            "configID": .number(Int(decoded.configuration.rawValue)),
            "serverID": .string("\(decoded.serverID)"),
            "nonce": .string("\(decoded.nonce)"),
        ]
        let text =
            "server ID \(decoded.serverID), nonce \(decoded.nonce), configuration \(decoded.configuration)"
        StandardStream.output.write(line: options.json ? json.line : text)
    }

    private func decode() throws -> DecodedConnectionID {
        switch try options.configuration().decode(id) {
        case .success(let decoded): return decoded
        case .failure(let reason): throw CommandFailure(.data, "connection ID \(id): \(reason)")
        }
    }
}
