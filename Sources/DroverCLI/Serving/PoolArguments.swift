import ArgumentParser
import Control
import Drover
import QUICLB

/// What can be set of a pool. Each option is a variable of the environment and a key of the file, too (`PoolSettings`).
///
/// What values have to do with each other is looked at in `options`, when all of them are known: none of it in `validate`,
/// for a command line may lack what the file has.
struct PoolArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with settings, in YAML or JSON: these options without their dashes. (default: none)",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Listen on this address, 127.0.0.1:4433 or [::1]:4433; several add up. (default: 127.0.0.1:4433)",
            valueName: "address"),
        transform: Parsing.address)
    var listen: [Endpoint] = []

    @Option(
        help: ArgumentHelp(
            """
            Have clients go on at this address once they are connected, and listen there, too; one of each family. \
            (default: none)
            """,
            valueName: "address"),
        transform: Parsing.address)
    var preferredAddress: [Endpoint] = []

    @Option(
        help: ArgumentHelp(
            """
            Run this many workers, 1 to 256; auto: one for each processor that drover may use, by affinity and the quota \
            of its control groups. (default: auto)
            """,
            valueName: "n|auto"),
        transform: Parsing.workerCount)
    var workers = PoolOptions.WorkerCount.automatic

    @Flag(
        inversion: .prefixedNo,
        help: "Keep each worker on one processor, of those that drover may use in turn.")
    var pinCpus = false

    @OptionGroup(title: "Certificates") var certificates: CertificateArguments

    @Option(
        help: ArgumentHelp(
            "What a load balancer routes on: 1 to 14 octets in hexadecimal. (default: 00)", valueName: "hex"),
        transform: Parsing.hostID)
    var hostID = HostID([0])!

    @OptionGroup var connectionIDs: PoolConnectionIDOptions

    @Option(
        help: ArgumentHelp(
            "Accept this application protocol; several add up, in the order of preference. (default: echo)",
            valueName: "name"))
    var alpn: [String] = []

    @Option(
        help: ArgumentHelp(
            "Steer packets to workers: ebpf, by a kernel program; forward, from worker to worker; auto, by the one or "
                + "else the other; off. (default: auto)",
            valueName: "mode"),
        completion: .choices(of: PoolOptions.Steering.self),
        transform: Parsing.steering)
    var steering = PoolOptions.Steering.automatic

    @OptionGroup(title: "Connections") var transport: TransportArguments
    @OptionGroup(title: "Admission") var admission: AdmissionArguments
    @OptionGroup(title: "Sockets") var sockets: SocketArguments

    @Option(
        help: ArgumentHelp(
            """
            A file with the key of stateless resets, 64 hexadecimal digits, that only its owner can read. (default: \
            the pool makes its own)
            """,
            valueName: "file"),
        completion: .file())
    var resetSecretFile: String?

    @Option(
        help: ArgumentHelp(
            "Add what happens to connections to this file, a line of JSON an event, for debugging. (default: none)",
            valueName: "file"),
        completion: .file())
    var eventTrace: String?

    @Option(
        help: ArgumentHelp(
            "Serve metrics at http://ADDRESS/metrics, to everybody who can reach the address. (default: never)",
            valueName: "address"),
        transform: Parsing.address)
    var metrics: Endpoint?

    @OptionGroup(title: "Log") var log: LogArguments

    @Option(
        help: ArgumentHelp(
            "Kill and replace a worker that shows no sign of life for so long. (default: 10s)",
            valueName: "time"),
        transform: Parsing.duration)
    var workerTimeout: Duration?

    @Option(
        help: ArgumentHelp(
            "Close connections with this application error code when the pool stops.",
            valueName: "code"))
    var stopCode: UInt64 = 0

    @Option(
        help: ArgumentHelp("And with this reason.", valueName: "text"))
    var stopReason = "the pool stops"

    @Option(
        help: ArgumentHelp(
            "Keep what lives as long as the pool here. (default: /run/drover, or below XDG_RUNTIME_DIR)",
            valueName: "directory"),
        completion: .directory,
        transform: Parsing.directory)
    var runDir: String?

    @Option(
        help: ArgumentHelp(
            "Keep what outlives the pool here. (default: /var/lib/drover, or below XDG_STATE_HOME)",
            valueName: "directory"),
        completion: .directory,
        transform: Parsing.directory)
    var stateDir: String?

    @Option(
        help: ArgumentHelp(
            """
            Where root starts the pool, act as this user before anything is bound, with the group or the user's own. \
            (default: never)
            """,
            valueName: "name[:group]"))
    var user: String?

    func options() throws -> PoolOptions {
        var options = PoolOptions(certificate: try certificates.certificates()[0])
        try certificates.apply(to: &options)
        if !listen.isEmpty { options.listen = listen }
        options.preferredAddresses = preferredAddress
        options.workers = workers
        options.pinsWorkers = pinCpus
        options.hostID = hostID
        options.connectionIDs = try poolConnectionIDs()
        options.configurationID = connectionIDs.configID
        if !alpn.isEmpty { options.applicationProtocols = alpn }
        options.steering = steering
        transport.apply(to: &options.transport)
        admission.apply(to: &options.limits, &options.addressValidation)
        sockets.apply(to: &options.sockets)
        options.resetSecret = try resetSecretFile.map {
            try SecretFile.read($0, option: "--reset-secret-file", octets: 32)
        }
        options.eventTrace = eventTrace
        options.metrics = metrics
        log.apply(to: &options.log)
        options.workerTimeout = workerTimeout ?? options.workerTimeout
        options.stopCode = stopCode
        options.stopReason = stopReason
        options.runDirectory = runDir
        options.stateDirectory = stateDir
        options.user = user
        // The echo makes none.
        options.allowsOutgoingConnections = false
        return options
    }

    private func poolConnectionIDs() throws -> PoolOptions.ConnectionIDs {
        let options = try connectionIDs.options()
        switch options.preset {
        case .keyed: return .keyed(key: options.key, length: options.length)
        case .plaintext, .awsNLB:
            guard options.key == nil else {
                throw StartupFailure(
                    .usage, "--connection-id-key",
                    why: "--connection-ids \(options.preset.rawValue) has no key",
                    remedy: "drop one of them")
            }
            return options.preset == .plaintext
                ? .plaintext(length: options.length) : .awsNLB(length: options.length)
        }
    }
}
