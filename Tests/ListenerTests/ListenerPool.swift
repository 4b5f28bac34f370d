import Control
import EventLoop
import Glibc
import Linux
import Listener
import Placement
import QUICLB
import TLS
import Testing
import Transport

/// Listeners of slots 0, 1, … on one loop, in the test's own process, with forwarding between them.
///
/// Each has an address of its own, 127.0.0.1, 127.0.0.2, …, with one port: so a test chooses which one a packet
/// reaches first.
final class ListenerPool {
    static let host = HostID([0x5a])!
    static let resetSecret = [UInt8](repeating: 7, count: PoolSecrets.resetSecretLength)
    static let tokenKey = TokenKey(id: 1, octets: [UInt8](repeating: 8, count: TokenKey.length))
    private static let secrets = PoolSecrets(
        resetSecret: resetSecret, ticketKeys: [[UInt8](repeating: 1, count: PoolSecrets.ticketKeyLength)],
        tokenKeys: [tokenKey])

    let loop: EventLoop
    let directory: String
    private let configuration: Configuration
    private let nonces: NonceRange
    private var settings = TransportSettings()
    private let options: ListenerOptions
    let codec: PoolCodec
    let hash = PlacementHash(key: (3, 4))
    private(set) var members: [Member] = []
    /// What the listener of each slot told.
    private(set) var messages: [Int: [WorkerMessage]] = [:]
    private var condition: () -> Bool = { true }
    private lazy var deadline = Timer { [unowned self] in
        Issue.record("what the test waits for does not happen")
        loop.stop()
    }

    final class Member {
        let listener: Listener
        let page: StatsPage
        let address: SocketAddress
        private let memory: SharedMemory
        private let poolMemory: SharedMemory

        init(
            listener: Listener, page: StatsPage, memory: consuming SharedMemory,
            poolMemory: consuming SharedMemory, address: SocketAddress
        ) {
            self.listener = listener
            self.page = page
            self.memory = memory
            self.poolMemory = poolMemory
            self.address = address
        }
    }

    init(
        slots: Int, steering: WorkerSteering = .forward, active: [Slot]? = nil, nonceCount: UInt64 = 1 << 20,
        handshakeTimeout: Duration = .seconds(10), options: ListenerOptions = ListenerOptions()
    ) throws {
        self.options = options
        nonces = NonceRange(first: 0, count: nonceCount)
        settings.handshakeTimeout = handshakeTimeout

        loop = try EventLoop(executor: LoopExecutor())
        var template = Array("/tmp/drover-listener-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        configuration = try Configuration(
            id: ConfigurationID(rawValue: 0)!, key: Configuration.Key([UInt8](1...16)), serverIDLength: 2,
            nonceLength: 14)
        codec = try PoolCodec(configuration: configuration, host: Self.host)
        let certificate = try DevelopmentCertificate()
        let all = (0..<slots).map { Slot(rawValue: UInt8($0)) }
        var port: UInt16 = 0
        for slot in all {
            let member = try makeMember(slot, steering, active ?? all, certificate, port: port)
            port = member.address.port
            members.append(member)
        }
        // After what the listeners do there.
        loop.addEndOfTurnHook { [unowned self] in
            if condition() { loop.stop() }
        }
    }

    deinit {
        for index in members.indices { unlink(path(of: Slot(rawValue: UInt8(index)))) }
        rmdir(directory)
    }

    private func makeMember(
        _ slot: Slot, _ steering: WorkerSteering, _ active: [Slot], _ certificate: DevelopmentCertificate,
        port: UInt16
    ) throws -> Member {
        let memory = try StatsPage.makeMemory(name: "test")
        let page = StatsPage(initializing: memory)
        let tls = try ServerContext(
            ServerOptions(
                credentials: [CredentialsSource(certificate)], applicationProtocols: ["test"],
                ticketKeys: [[UInt8](repeating: 1, count: 80)]))
        let poolMemory = try PoolPage.makeMemory()
        let context = TransportContext(
            loop: loop, random: RandomSource(), tls: tls, settings: settings)
        let ids = try ConnectionIDs(
            host: Self.host, slot: slot, configurations: [configuration],
            nonces: nonces)
        let listener = Listener(
            context: context, ids: ids,
            routing: Routing(slot: slot, steering: steering, hash: hash, active: active),
            secrets: Self.secrets, options: options, stats: page, pool: PoolPage(in: poolMemory),
            report: { [unowned self] in messages[Int(slot.rawValue), default: []].append($0) },
            onConnection: { _ in })
        let socket = try UDPSocket(
            binding: SocketAddress("127.0.0.\(1 + slot.rawValue):\(port)")!,
            UDPSocket.Setup(receiveBuffer: 1 << 20, sendBuffer: 1 << 20))
        try listener.add(socket, isAdopted: false)
        if steering != .off {
            try listener.startForwarding(
                receivingOn: UnixDatagramSocket(binding: path(of: slot)), directory: directory)
        }
        loop.addEndOfTurnHook { listener.flush() }
        return Member(
            listener: listener, page: page, memory: memory, poolMemory: poolMemory,
            address: socket.localAddress)
    }

    func path(of slot: Slot) -> String { ForwardingPath.path(of: slot, in: directory) }

    // MARK: Time

    /// Lets the listeners work until `condition` holds at the end of a turn; five seconds at most.
    func run(until condition: @escaping () -> Bool) throws {
        self.condition = condition
        // It refers to the pool in general, which would never end.
        defer { self.condition = { true } }
        loop.set(deadline, to: .now + .seconds(5))
        // For the turn that sees the condition hold already.
        let start = Timer {}
        loop.set(start, to: .now)
        try loop.run()
        loop.clear(deadline)
    }

    // MARK: Connection IDs

    /// An ID that the slot could have issued.
    func id(of slot: UInt8, nonce: UInt128 = .random(in: 0 ... .max)) -> ConnectionID {
        codec.encode(
            slot: Slot(rawValue: slot), nonce: Nonce(counter: nonce, count: codec.nonceLength),
            firstOctetBits: 0)
    }

    /// An ID that a client made up, which the ring of all slots places on `slot`. It looks as if it were of
    /// configuration 0.
    func clientID(placedOn slot: UInt8) -> [UInt8] {
        let ring = Ring(active: members.indices.map { Slot(rawValue: UInt8($0)) })
        while true {
            let octets = [UInt8.random(in: 0..<32)] + (0..<7).map { _ in UInt8.random(in: 0...255) }
            if ring.slot(for: hash(ConnectionID(octets)!)) == Slot(rawValue: slot) { return octets }
        }
    }

    /// The sum of all members' counts.
    func total(_ counter: Counter) -> UInt64 { members.reduce(0) { $0 + $1.page[counter] } }
}
