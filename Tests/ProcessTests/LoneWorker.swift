import Control
import Foundation
import Glibc
import Linux
import Placement
import QUICLB
import TLS
import TestSupport
import Testing

/// A worker process whose supervisor is the test.
final class LoneWorker {
    static let hostID = HostID([0xd7, 0x0e])!

    let page: StatsPage
    private let memory: SharedMemory
    private let poolMemory: SharedMemory
    private let forwardingSocket: UnixDatagramSocket
    private let channel: PacketChannel
    private let process: ProcessHandle
    private var hasEnded = false

    /// What the workers of one pool have in common.
    struct Pool {
        let directory: TemporaryDirectory
        let address: SocketAddress
        let certificate: DevelopmentCertificate
        let active: [Slot]

        init(active: [Slot]) throws {
            directory = try TemporaryDirectory()
            // Free a moment ago: workers of a pool share a port, so none of them can choose one.
            address = try ReservedPort(SocketAddress("127.0.0.1:0")!).address
            certificate = try DevelopmentCertificate()
            self.active = active
        }
    }

    /// Starts a worker that forwards, and returns when it is ready.
    init(
        _ slot: Slot, of pool: Pool, configurations: [Configuration],
        options: ListenerOptions = ListenerOptions()
    ) throws {
        memory = try StatsPage.makeMemory(name: "test")
        page = StatsPage(initializing: memory)
        poolMemory = try PoolPage.makeMemory()
        forwardingSocket = try UnixDatagramSocket(
            binding: ForwardingPath.path(of: slot, in: pool.directory.url.path))
        let pair = try PacketChannel.makePair()
        process = try ProcessSpawn.spawn(
            executable: Executables.drover.path, arguments: ["drover"],
            environment: WorkerChannel.environment(), inheriting: pair.second)
        channel = pair.ends { first, _ in first }
        try send(
            .configure(Self.configuration(slot, pool, configurations, options)),
            descriptors: [memory.rawValue, poolMemory.rawValue, forwardingSocket.fileDescriptor.rawValue])
        #expect(try next() == .bound(addressIndex: 0, pool.address))
        #expect(try next() == .ready)
    }

    deinit {
        if !hasEnded { process.end() }
    }

    private static func configuration(
        _ slot: Slot, _ pool: Pool, _ configurations: [Configuration], _ options: ListenerOptions
    ) -> WorkerConfiguration {
        WorkerConfiguration(
            slot: slot, incarnation: 1, addresses: [pool.address], preferredCount: 0, adoptsSockets: false,
            hostID: hostID,
            configurations: configurations, nonces: .empty, steering: .forward,
            forwardingDirectory: pool.directory.url.path, placement: PlacementHash(key: (1, 2)),
            active: pool.active,
            secrets: secrets([0]), service: service(pool, options))
    }

    /// What workers of the pool serve by.
    static func service(_ pool: Pool, _ options: ListenerOptions = ListenerOptions()) -> ServiceSettings {
        ServiceSettings(
            tls: TLSOptions(
                credentials: [
                    TLSOptions.Credentials(
                        chain: pool.certificate.certificateChainPEM,
                        privateKey: pool.certificate.privateKeyPEM)
                ], applicationProtocols: ["echo"]), options: options)
    }

    /// Secrets of which those that rotate are the ones of these numbers, the newest first.
    static func secrets(_ numbers: [UInt8]) -> PoolSecrets {
        PoolSecrets(
            resetSecret: Array(repeating: 3, count: PoolSecrets.resetSecretLength),
            ticketKeys: numbers.map { Array(repeating: $0, count: PoolSecrets.ticketKeyLength) },
            tokenKeys: numbers.map { TokenKey(id: $0, octets: Array(repeating: $0, count: TokenKey.length)) })
    }

    /// A configuration without a key, as a test reads the slot in the IDs.
    static func plaintext(_ id: UInt8) throws -> Configuration {
        try Configuration(id: ConfigurationID(rawValue: id)!, serverIDLength: 3, nonceLength: 13)
    }

    func send(_ message: SupervisorMessage, descriptors: [Int32] = []) throws {
        #expect(try channel.send(message.encoded(), descriptors: descriptors))
    }

    struct Silent: Error {}

    /// The next message; nil at the end of the channel. Ten seconds are enough for each.
    func next() throws -> WorkerMessage? {
        while true {
            switch try channel.receive() {
            case .message(let bytes, _): return try WorkerMessage(decoding: bytes)
            case .endOfStream: return nil
            case .wouldBlock: try wait(for: channel.rawValue)
            }
        }
    }

    /// Waits for its end.
    func exitStatus() throws -> ProcessHandle.Status {
        while true {
            if let status = try process.reap() {
                hasEnded = true
                return status
            }
            try wait(for: process.rawValue)
        }
    }

    private func wait(for descriptor: Int32) throws {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard try syscall({ poll(&event, 1, 10_000) }) > 0 else { throw Silent() }
    }
}
