import ArgumentParser
import JSONText
import Linux
import QUICLB

/// `drover cid encode`
struct EncodeConnectionID: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Make a connection ID of a server ID and a nonce.")

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp("The server ID: host ID and slot.", valueName: "hex"), transform: Parsing.octets)
    var serverID: [UInt8]

    @Option(
        help: ArgumentHelp("The nonce. A pool uses none twice under a key.", valueName: "hex"),
        transform: Parsing.octets)
    var nonce: [UInt8]

    func run() throws {
        let id = try connectionID()
        let json: JSON = ["connectionID": .string("\(id)")]
        StandardStream.output.write(line: options.json ? json.line : "\(id)")
    }

    private func connectionID() throws -> ConnectionID {
        let configuration = try options.configuration()
        guard serverID.count == configuration.serverIDLength, let serverID = ServerID(serverID) else {
            throw CommandFailure(
                .usage,
                "--server-id: it has \(serverID.count) octets, and --server-id-length says "
                    + "\(configuration.serverIDLength)")
        }
        guard nonce.count == configuration.nonceLength, let nonce = Nonce(nonce) else {
            throw CommandFailure(
                .usage,
                "--nonce: it has \(nonce.count) octets, and --nonce-length says \(configuration.nonceLength)")
        }
        return configuration.encode(
            serverID: serverID, nonce: nonce, firstOctetBits: UInt8.random(in: 0...0x1f))
    }
}
