import ArgumentParser
import JSONText
import Linux
import Placement
import QUICLB

/// `drover cid explain`
struct ExplainConnectionID: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say which worker the kernel program takes a packet to, and why.",
        discussion: """
            Up to 20 octets are a connection ID, the destination of a packet; more are a packet, from its first octet \
            on. --packet and --connection-id say which it is where that guess is wrong.

            The decision is the program's for a pool with this configuration whose slots all have workers: server-id \
            (the ID names the slot), ring (the client chose the ID; the ring places it, then a pin keeps it there), \
            tuple (by the hash of addresses and ports), malformed (as tuple). Only server-id tells the slot: the \
            ring's hash has a key that is the pool's secret.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "The pool's host ID: the server ID but for its last octet, the slot.", valueName: "hex"),
        transform: Parsing.hostID)
    var hostID: HostID

    @Flag(help: "The octets are a packet, however few.")
    var packet = false

    @Flag(name: .customLong("connection-id"), help: "The octets are a connection ID.")
    var isConnectionID = false

    @Argument(
        help: ArgumentHelp("A packet or a connection ID, in hexadecimal.", valueName: "packet-or-cid"),
        transform: Parsing.octets)
    var octets: [UInt8]

    func validate() throws {
        if packet, isConnectionID { throw ValidationError("--packet and --connection-id: give one of them") }
    }

    func run() throws {
        let configuration = try options.configuration()
        let rules: SteeringRules
        do {
            rules = try SteeringRules(configuration: configuration, hostID: hostID)
        } catch {
            throw CommandFailure(.usage, "--host-id and --server-id-length: \(error)")
        }
        let explanation = try explanation(by: rules)
        StandardStream.output.write(line: options.json ? explanation.json.line : explanation.text)
    }

    private func explanation(by rules: SteeringRules) throws -> SteeringExplanation {
        if packet || !isConnectionID && octets.count > ConnectionID.maximumLength {
            return SteeringExplanation(decision: octets.withUnsafeBytes { rules.decide(packet: $0) })
        }
        guard let id = ConnectionID(octets) else {
            throw CommandFailure(.usage, "connection ID: it has \(octets.count) octets, and 20 is the most")
        }
        return SteeringExplanation(
            decision: rules.decide(id, in: .long), inShortHeader: rules.decide(id, in: .short))
    }
}
