import Control
import Linux
import Placement
import QUICLB

enum Fixtures {
    static let plaintext = try! Configuration(
        id: ConfigurationID(rawValue: 1)!, serverIDLength: 3, nonceLength: 8)
    static let keyed = try! Configuration(
        id: ConfigurationID(rawValue: 6)!, key: Configuration.Key(1...16), serverIDLength: 3, nonceLength: 13,
        firstOctet: .random)

    static let tls: TLSOptions = {
        let credentials = ["first", "second"].map {
            TLSOptions.Credentials(chain: Array("\($0) chain".utf8), privateKey: Array("\($0) key".utf8))
        }
        var options = TLSOptions(credentials: credentials, applicationProtocols: ["echo", "h3"])
        options.clientCertificates = .required
        options.clientAuthorities = Array("authorities".utf8)
        options.preSharedKeys = [TLSOptions.PreSharedKey(identity: [1], key: [2, 3])]
        options.keyLogPath = "/tmp/keys"
        return options
    }()

    static let secrets = PoolSecrets(
        resetSecret: Array(repeating: 5, count: PoolSecrets.resetSecretLength),
        ticketKeys: [UInt8(6), 7].map { Array(repeating: $0, count: PoolSecrets.ticketKeyLength) },
        tokenKeys: [UInt8(8), 9].map {
            TokenKey(id: $0, octets: Array(repeating: $0, count: TokenKey.length))
        })

    /// None as it is by default.
    static let options: ListenerOptions = {
        var options = ListenerOptions()
        options.transport.idleTimeout = .seconds(31)
        options.transport.handshakeTimeout = .seconds(11)
        options.transport.keepAlive = .seconds(12)
        options.transport.streamWindow = 1 << 14
        options.transport.connectionWindow = 1 << 15
        options.transport.bidirectionalStreams = 3
        options.transport.unidirectionalStreams = 4
        options.transport.maximumUDPPayload = 1300
        options.transport.maximumDatagramFrame = 1200
        options.transport.congestionControl = .bbr
        options.transport.allowsActiveMigration = false
        options.limits.connectionsPerWorker = 5
        options.limits.connections = 6
        options.limits.connectionsPerAddress = 7
        options.limits.halfOpen = 8
        options.validation.mode = .always
        options.validation.halfOpenThreshold = 9
        options.validation.initialRateThreshold = 10
        options.validation.retryTokenLifetime = .seconds(13)
        options.validation.newTokenLifetime = nil
        options.sockets.receiveBuffer = 1 << 20
        options.sockets.sendBuffer = 1 << 19
        options.sockets.sendsTrains = false
        options.sockets.receivesTrains = false
        options.sockets.batchSize = 14
        options.sockets.dscp = 46
        return options
    }()

    static let service: ServiceSettings = {
        var service = ServiceSettings(tls: tls, options: options)
        service.handlerConfiguration = [1, 2, 3]
        return service
    }()

    private static let summary = ConnectionSummary(
        number: 7, peer: "192.0.2.1:9", state: "established", applicationProtocol: "h3",
        connectionIDs: ["00ff", "01"], ageMilliseconds: 8, smoothedRoundTripMicroseconds: 9,
        octetsReceived: 10, octetsSent: 11)

    static let configuration: WorkerConfiguration = {
        var configuration = WorkerConfiguration(
            slot: Slot(rawValue: 3), incarnation: 7,
            addresses: [SocketAddress("127.0.0.1:4433")!, SocketAddress("[::1]:4434")!], preferredCount: 1,
            adoptsSockets: true, hostID: HostID([0xaa, 0xbb])!,
            configurations: [keyed, plaintext], nonces: NonceRange(first: 1 << 100 | 5, count: 1 << 20),
            steering: .forward, forwardingDirectory: "/run/drover",
            placement: PlacementHash(key: (1, 2)), active: [Slot(rawValue: 0), Slot(rawValue: 255)],
            secrets: secrets, service: service)
        configuration.eventTracePath = "/tmp/trace"
        configuration.log.format = .json
        configuration.log.level = .debug
        configuration.processors = [0, 1023]
        configuration.allowsOutgoingConnections = false
        return configuration
    }()

    static let failure = StartupFailure(
        .configuration, "listen 127.0.0.1:4433", why: "EADDRINUSE", remedy: "choose another --listen")

    static let supervisorMessages: [SupervisorMessage] = [
        .configure(configuration), .stop(code: 0x10c, reason: "the pool stops"),
        .place(active: [Slot(rawValue: 4), Slot(rawValue: 200)]), .drain(linger: .seconds(3)), .resume,
        .leave,
        .rotate(keyed, NonceRange(first: .max, count: .max)), .drop(plaintext.id), .nonces(keyed.id, .empty),
        .secrets(secrets), .reload(service), .listConnections(request: 1, peer: nil),
        .listConnections(request: .max, peer: "192.0.2.1"), .continueListing(request: 2),
        .closeConnection(request: 3, 1042, code: 5, reason: "an operator's"),
    ]

    static let workerMessages: [WorkerMessage] = [
        .bound(addressIndex: 1, SocketAddress("[fe80::1]:4433")!),
        .bound(addressIndex: 0, SocketAddress("192.0.2.1:1")!),
        .ready, .failed(failure),
        .failed(StartupFailure(.internal, "worker", why: "no reason")),
        .drained, .needsNonces(keyed.id), .unused(plaintext.id), .reloaded,
        .connections(request: 1, [summary, summary], isLast: false),
        .connections(request: 1, [], isLast: true), .closed(request: 3, wasOpen: true),
    ]
}
