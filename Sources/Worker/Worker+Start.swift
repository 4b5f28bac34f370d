internal import Control
private import EventLoop
internal import Linux
private import Listener
private import QUICLB
private import TLS
private import Transport

extension Worker {
    /// Does what the configuration says, and tells the supervisor that packets are received.
    func start(
        _ configuration: WorkerConfiguration, _ descriptors: inout DescriptorQueue
    ) throws(StartupFailure) {
        ProcessName.set("drover-w\(configuration.slot)")
        let stats = try openStats(descriptors.next())
        let listener = try makeListener(configuration, stats)
        if configuration.steering != .off {
            try startForwarding(listener, configuration, descriptors.next())
        }
        for index in configuration.addresses.indices {
            let socket = try openSocket(configuration, index, &descriptors)
            try attempt("receive on \(socket.localAddress)", .internal) { () throws(Errno) in
                try listener.add(socket, isAdopted: configuration.adoptsSockets)
            }
        }
        try attempt("drop privileges", .permission) { () throws(Errno) in try Privileges.drop() }
        loop.addEndOfTurnHook { listener.flush() }
        self.listener = listener
        let housekeeping = Housekeeping(loop: loop, stats: stats)
        housekeeping.run()
        self.housekeeping = housekeeping
        send(.ready)
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

    private func openStats(_ descriptor: consuming FileDescriptor?) throws(StartupFailure) -> StatsPage {
        guard let descriptor else {
            throw StartupFailure(.internal, "worker: open the stats page", why: "no descriptor came with it")
        }
        let memory: SharedMemory
        do {
            memory = try SharedMemory(mapping: descriptor, size: StatsPage.size)
        } catch {
            throw StartupFailure(.internal, "worker: map the stats page", why: "\(error)")
        }
        guard let page = StatsPage(opening: memory) else {
            throw StartupFailure(.internal, "worker: open the stats page", why: "it has another layout")
        }
        statsMemory = consume memory
        return page
    }

    private func makeListener(
        _ configuration: WorkerConfiguration, _ stats: StatsPage
    ) throws(StartupFailure) -> Listener {
        guard NGTCP2.isSupported else {
            throw StartupFailure(
                .configuration, "worker: start with ngtcp2 \(NGTCP2.version)",
                why: "ngtcp2 \(NGTCP2.minimumVersion) or later is needed", remedy: "run scripts/install-deps")
        }
        let tls: ServerContext
        let ids: ConnectionIDs
        do {
            tls = try ServerContext(
                certificateChainPEM: configuration.certificateChain, privateKeyPEM: configuration.privateKey,
                applicationProtocols: configuration.applicationProtocols, ticketKeys: configuration.ticketKeys
            )
        } catch {
            throw StartupFailure(
                .configuration, "tls: \(error.operation)", why: error.reason, remedy: error.advice)
        }
        do {
            ids = try ConnectionIDs(
                host: configuration.hostID, slot: configuration.slot,
                configurations: configuration.configurations, nonces: configuration.nonces)
        } catch {
            throw StartupFailure(.configuration, "worker: lay out connection IDs", why: "\(error)")
        }
        var settings = TransportSettings()
        settings.idleTimeout = configuration.idleTimeout
        let context = TransportContext(loop: loop, random: RandomSource(), tls: tls, settings: settings)
        return Listener(
            context: context, ids: ids,
            routing: Routing(
                slot: configuration.slot, steering: configuration.steering, hash: configuration.placement,
                active: configuration.active),
            statelessReset: StatelessReset(secret: configuration.resetSecret), stats: stats,
            limits: ListenerLimits(), report: { [unowned self] in send($0) }, onConnection: application)
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
            guard !configuration.adoptsSockets else { return try adoptSocket(descriptors.next()) }
            let socket = try UDPSocket(
                bindingSharing: address, receiveBuffer: Int32(clamping: configuration.receiveBufferSize),
                sendBuffer: Int32(clamping: configuration.sendBufferSize))
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

    private func adoptSocket(_ descriptor: consuming FileDescriptor?) throws(Errno) -> UDPSocket {
        guard let descriptor else { throw .invalidArgument }
        return try UDPSocket(adopting: descriptor)
    }
}
