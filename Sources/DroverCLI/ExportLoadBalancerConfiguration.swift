import ArgumentParser
import Drover
import Linux
import LoadBalancing
import QUICLB

/// `drover lb-config`
struct ExportLoadBalancerConfiguration: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lb-config",
        abstract: "Print what a load balancer needs to find this host by its connection IDs.",
        discussion: """
            yang-json: the load balancer's side of the YANG model of draft-ietf-quic-load-balancers-21. aws: the target \
            for aws elbv2 register-targets --target-group-arn … --cli-input-json. envoy: the stanza with which an Envoy \
            issues such connection IDs.

            A load balancer knows the host ID only, so what is printed stays true when the pool is resized. It holds \
            the key of encrypted connection IDs: keep it where the key may be kept.
            """)

    @Option(
        help: ArgumentHelp("yang-json, aws or envoy.", valueName: "format"), transform: Parsing.format)
    var format: LoadBalancerFormat

    @Option(
        help: ArgumentHelp("The pool's host ID. (default: 00)", valueName: "hex"),
        transform: Parsing.hostID)
    var hostID = HostID([0])!

    @Option(
        name: .customLong("connection-ids"),
        help: ArgumentHelp(
            """
            How the pool's connection IDs look: keyed, plaintext, or aws-nlb (plaintext, of 16 octets). \
            (default: keyed with a key, else plaintext)
            """,
            valueName: "preset"),
        transform: Parsing.preset)
    var connectionIDs: ConnectionIDPreset?

    @Option(
        help: ArgumentHelp("The configuration's codepoint, 0 to 6. (default: 0)", valueName: "n"),
        transform: Parsing.configurationID)
    var configID = ConfigurationID(rawValue: 0)!

    @Option(
        help: ArgumentHelp(
            "The octets of the pool's nonce, without the slot. (default: the preset's)", valueName: "n"))
    var nonceLength: Int?

    @OptionGroup var key: KeyOptions

    @Option(
        help: ArgumentHelp(
            "Where the load balancer reaches the pool; envoy needs none.", valueName: "address"),
        transform: Parsing.address)
    var address: [ListenAddress] = []

    func run() throws {
        let configuration: LoadBalancerConfiguration
        do {
            configuration = try LoadBalancerConfiguration(
                hostID: hostID, configurations: [poolConfiguration()], addresses: address.map(\.address))
        } catch let error as ConfigurationError {
            throw CommandFailure(.usage, "--host-id and --nonce-length: \(error)")
        }
        do {
            StandardStream.output.write(line: try configuration.text(in: format))
        } catch {
            throw CommandFailure(.usage, "--format \(format.rawValue): \(error)")
        }
    }

    private func poolConfiguration() throws -> Configuration {
        let key = try key.read()
        let preset = connectionIDs ?? (key == nil ? .plaintext : .keyed)
        if let objection = preset.objection(to: key, hostID: hostID) {
            throw CommandFailure(.usage, "--connection-ids \(preset.rawValue): \(objection)")
        }
        return try Configuration(
            id: configID, key: key, serverIDLength: hostID.octets.count + 1,
            nonceLength: nonceLength ?? preset.nonceLength(hostID: hostID))
    }
}
