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

    static let configuration = WorkerConfiguration(
        slot: Slot(rawValue: 3), incarnation: 7,
        addresses: [SocketAddress("127.0.0.1:4433")!, SocketAddress("[::1]:4434")!],
        adoptsSockets: true, hostID: HostID([0xaa, 0xbb])!,
        configurations: [keyed, plaintext], nonces: NonceRange(first: 1 << 100 | 5, count: 1 << 20),
        steering: .forward, forwardingDirectory: "/run/drover",
        placement: PlacementHash(key: (1, 2)), active: [Slot(rawValue: 0), Slot(rawValue: 255)],
        certificateChain: Array("chain".utf8), privateKey: Array("key".utf8),
        applicationProtocols: ["echo", "h3"],
        resetSecret: Array(repeating: 5, count: WorkerConfiguration.resetSecretLength),
        ticketKeys: Array(repeating: 6, count: WorkerConfiguration.ticketKeysLength),
        receiveBufferSize: 4 << 20, sendBufferSize: 1 << 20, idleTimeout: .seconds(30))

    static let failure = StartupFailure(
        .configuration, "listen 127.0.0.1:4433", why: "EADDRINUSE", remedy: "choose another --listen")

    static let supervisorMessages: [SupervisorMessage] = [
        .configure(configuration), .stop(code: 0x10c, reason: "the pool stops"),
        .place(active: [Slot(rawValue: 4), Slot(rawValue: 200)]), .drain, .resume, .leave,
        .rotate(keyed, NonceRange(first: .max, count: .max)), .drop(plaintext.id), .nonces(keyed.id, .empty),
    ]

    static let workerMessages: [WorkerMessage] = [
        .bound(addressIndex: 1, SocketAddress("[fe80::1]:4433")!),
        .bound(addressIndex: 0, SocketAddress("192.0.2.1:1")!),
        .ready, .failed(failure),
        .failed(StartupFailure(.internal, "worker", why: "no reason")),
        .drained, .needsNonces(keyed.id), .unused(plaintext.id),
    ]
}
