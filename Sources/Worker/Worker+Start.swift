internal import Control
private import EventLoop
private import Glibc
internal import Linux
private import Listener
private import Logging
private import Logs
private import QUICLB
internal import TLS
private import Transport

extension Worker {
    /// Does what the configuration says, and tells the supervisor that packets are received.
    func start(
        _ configuration: WorkerConfiguration, _ descriptors: inout DescriptorQueue
    ) throws(StartupFailure) {
        ProcessName.set("drover-w\(configuration.slot)")
        log = Logger(configuration)
        // What is allocated from here on is near that processor.
        try pin(to: configuration.processors)
        let stats = try openStats(descriptors.next())
        let pool = try openPoolPage(descriptors.next())
        let listener = try makeListener(configuration, stats, pool)
        if configuration.steering != .off {
            try startForwarding(listener, configuration, descriptors.next())
        }
        let firstPreferred = configuration.addresses.count - Int(configuration.preferredCount)
        for index in configuration.addresses.indices {
            let socket = try openSocket(configuration, index, &descriptors)
            try attempt("receive on \(socket.localAddress)", .internal) { () throws(Errno) in
                try listener.add(
                    socket, isAdopted: configuration.adoptsSockets, isPreferred: index >= firstPreferred)
            }
        }
        try attempt("drop privileges", .permission) { () throws(Errno) in try Privileges.drop() }
        try attempt("filter system calls", .unavailable) { () throws(Errno) in
            try SyscallFilter.install(allowsInternetSockets: configuration.allowsOutgoingConnections)
        }
        loop.addEndOfTurnHook { listener.flush() }
        self.listener = listener
        self.stats = stats
        slot = configuration.slot
        secrets = configuration.secrets
        handlerConfiguration = configuration.service.handlerConfiguration
        let housekeeping = Housekeeping(loop: loop, stats: stats)
        housekeeping.run()
        self.housekeeping = housekeeping
        send(.ready)
        log.info("worker serves", metadata: ["incarnation": .number(configuration.incarnation)])
        // Of the configurations that came, no ID is of any but the newest.
        listener.reportUnused()
    }

    /// Runs `body`; what the kernel refuses is a failure of the start.
    private func attempt<Result: ~Copyable>(
        _ what: String, _ category: StartupFailure.Category, _ body: () throws(Errno) -> Result
    ) throws(StartupFailure) -> Result {
        do {
            return try body()
        } catch {
            throw StartupFailure(category, "worker: \(what)", why: "\(error)")
        }
    }

    private func pin(to processors: [UInt16]) throws(StartupFailure) {
        if processors.isEmpty { return }
        try attempt("run on processors \(processors)", .unavailable) { () throws(Errno) in
            try ProcessorAffinity.set(processors)
        }
    }

    private func openStats(_ descriptor: consuming FileDescriptor?) throws(StartupFailure) -> StatsPage {
        let memory = try map(descriptor, size: StatsPage.size, "the stats page")
        guard let page = StatsPage(opening: memory) else {
            throw StartupFailure(.internal, "worker: open the stats page", why: "it has another layout")
        }
        statsMemory = consume memory
        return page
    }

    private func openPoolPage(_ descriptor: consuming FileDescriptor?) throws(StartupFailure) -> PoolPage {
        let memory = try map(descriptor, size: PoolPage.size, "the pool's page")
        let page = PoolPage(in: memory)
        poolMemory = consume memory
        return page
    }

    private func map(
        _ descriptor: consuming FileDescriptor?, size: Int, _ what: String
    ) throws(StartupFailure) -> SharedMemory {
        guard let descriptor else {
            throw StartupFailure(.internal, "worker: open \(what)", why: "no descriptor came with it")
        }
        do {
            return try SharedMemory(mapping: descriptor, size: size)
        } catch {
            throw StartupFailure(.internal, "worker: map \(what)", why: "\(error)")
        }
    }

    private func makeListener(
        _ configuration: WorkerConfiguration, _ stats: StatsPage, _ pool: PoolPage
    ) throws(StartupFailure) -> Listener {
        guard NGTCP2.isSupported else {
            throw StartupFailure(
                .configuration, "worker: start with ngtcp2 \(NGTCP2.version)",
                why: "ngtcp2 \(NGTCP2.minimumVersion) or later is needed", remedy: "run scripts/install-deps")
        }
        let service = configuration.service
        let tls = try makeServerContext(service.tls, ticketKeys: configuration.secrets.ticketKeys)
        let ids: ConnectionIDs
        do {
            ids = try ConnectionIDs(
                host: configuration.hostID, slot: configuration.slot,
                configurations: configuration.configurations, nonces: configuration.nonces)
        } catch {
            throw StartupFailure(.configuration, "worker: lay out connection IDs", why: "\(error)")
        }
        let context = TransportContext(
            loop: loop, random: RandomSource(), tls: tls,
            settings: TransportSettings(service.options.transport))
        if !configuration.eventTracePath.isEmpty {
            context.trace = try EventTrace.open(configuration.eventTracePath)
        }
        return Listener(
            context: context, ids: ids,
            routing: Routing(
                slot: configuration.slot, steering: configuration.steering, hash: configuration.placement,
                active: configuration.active),
            secrets: configuration.secrets, options: service.options, stats: stats, pool: pool,
            report: { [unowned self] in send($0) }, onConnection: application)
    }

    func makeServerContext(
        _ options: TLSOptions, ticketKeys: [[UInt8]]
    ) throws(StartupFailure) -> ServerContext {
        let options = try ServerOptions(options, ticketKeys: ticketKeys, callbacks: callbacks)
        do {
            return try ServerContext(options)
        } catch {
            throw StartupFailure(
                .configuration, "tls: \(error.operation)", why: error.reason, remedy: error.advice)
        }
    }

    private func startForwarding(
        _ listener: Listener, _ configuration: WorkerConfiguration, _ descriptor: consuming FileDescriptor?
    ) throws(StartupFailure) {
        guard let descriptor else {
            throw StartupFailure(
                .internal, "worker: open the forwarding socket", why: "no descriptor came with it")
        }
        let socket = UnixDatagramSocket(adopting: descriptor)
        do {
            try listener.startForwarding(
                receivingOn: socket, directory: configuration.forwardingDirectory)
        } catch {
            throw StartupFailure(.internal, "worker: receive on the forwarding socket", why: "\(error)")
        }
    }

    /// Takes over the predecessor's socket for the address at `index`, or binds one and shares it with the
    /// supervisor, which keeps it alive.
    private func openSocket(
        _ configuration: WorkerConfiguration, _ index: Int, _ descriptors: inout DescriptorQueue
    ) throws(StartupFailure) -> UDPSocket {
        let address = configuration.addresses[index]
        do {
            let setup = UDPSocket.Setup(configuration.service.options.sockets)
            guard !configuration.adoptsSockets else { return try adoptSocket(descriptors.next(), setup) }
            let socket = try UDPSocket(binding: address, setup)
            send(
                .bound(addressIndex: index, socket.localAddress),
                descriptors: [socket.fileDescriptor.rawValue])
            return socket
        } catch {
            throw StartupFailure(
                error == .accessDenied ? .permission : .configuration, "listen: bind \(address)",
                why: "\(error)")
        }
    }

    /// A socket that was kept while no pool ran may be set up as a former one wanted it.
    private func adoptSocket(
        _ descriptor: consuming FileDescriptor?, _ setup: UDPSocket.Setup
    ) throws(Errno) -> UDPSocket {
        guard let descriptor else { throw .invalidArgument }
        let socket = try UDPSocket(adopting: descriptor)
        try socket.apply(setup)
        return socket
    }
}

extension Logger {
    /// A worker's, which says of each line whose it is.
    fileprivate init(_ configuration: WorkerConfiguration) {
        self.init(configuration.log)
        self[metadataKey: "slot"] = .number(configuration.slot.rawValue)
        self[metadataKey: "worker"] = .number(getpid())
    }
}

extension UDPSocket.Setup {
    fileprivate init(_ options: SocketOptions) {
        self.init(
            receiveBuffer: Int32(clamping: options.receiveBuffer),
            sendBuffer: Int32(clamping: options.sendBuffer))
        receivesTrains = options.receivesTrains
        dscp = options.dscp
    }
}
