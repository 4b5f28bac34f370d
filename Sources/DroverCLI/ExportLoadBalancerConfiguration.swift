import ArgumentParser
import Control
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
        help: ArgumentHelp("yang-json, aws or envoy.", valueName: "format"),
        completion: .choices(of: LoadBalancerFormat.self),
        transform: Parsing.format)
    var format: LoadBalancerFormat

    @Option(
        help: ArgumentHelp(
            "Of a pool with this host ID, running or not, instead of the one in the run directory.",
            valueName: "hex"),
        transform: Parsing.hostID)
    var hostID: HostID?

    @OptionGroup(title: "With --host-id") var connectionIDs: PoolConnectionIDOptions

    @Option(
        help: ArgumentHelp(
            "Where the load balancer reaches the pool. (default: where it listens)", valueName: "address"),
        transform: Parsing.address)
    var address: [Endpoint] = []

    @OptionGroup var pool: RunDirectoryOption

    func run() throws {
        let configuration = try hostID.map(statedConfiguration) ?? runningConfiguration()
        do {
            StandardStream.output.write(line: try configuration.text(in: format))
        } catch {
            throw CommandFailure(.usage, "--format \(format.rawValue): \(error)")
        }
    }

    private func statedConfiguration(_ hostID: HostID) throws -> LoadBalancerConfiguration {
        let options = try connectionIDs.options()
        let layout = try ConnectionIDLayout(options, host: hostID)
        guard options.key != nil || !layout.isKeyed else {
            throw CommandFailure(
                .usage, "--host-id: it has no key; give --connection-id-key, or --connection-ids plaintext")
        }
        return try LoadBalancerConfiguration(
            hostID: hostID,
            configurations: [layout.configuration(id: options.configurationID, key: options.key)],
            addresses: address.map(\.address))
    }

    private func runningConfiguration() throws -> LoadBalancerConfiguration {
        var connection = try pool.connect()
        let (answer, _) = try connection.ask(.loadBalancerConfiguration)
        switch answer {
        case .loadBalancerConfiguration(let contract):
            return try LoadBalancerConfiguration(contract, addresses: address.map(\.address))
        case .error(let failure): throw failure
        default:
            throw StartupFailure(.internal, "lb-config", why: "the pool answered something else")
        }
    }
}

extension LoadBalancerConfiguration {
    /// - Parameter addresses: in place of those that the pool listens on, if there are any.
    fileprivate init(_ contract: PoolContract, addresses: [SocketAddress]) throws {
        let listening = contract.addresses.compactMap { SocketAddress($0) }
        guard let hostID = Hexadecimal.decode(contract.hostID).flatMap(HostID.init) else {
            throw StartupFailure(.internal, "lb-config", why: "the pool's answer has no host ID")
        }
        let configurations = try contract.configurations.map { configuration in
            guard let id = ConfigurationID(rawValue: configuration.configID) else {
                throw StartupFailure(.internal, "lb-config", why: "the pool's answer has no codepoint")
            }
            return try Configuration(
                id: id,
                key: configuration.key.flatMap { Hexadecimal.decode($0) }.flatMap(Configuration.Key.init),
                serverIDLength: configuration.serverIDLength, nonceLength: configuration.nonceLength,
                firstOctet: configuration.firstOctetEncodesLength ? .encodesLength : .random)
        }
        try self.init(
            hostID: hostID, configurations: configurations,
            addresses: addresses.isEmpty ? listening : addresses)
    }
}
