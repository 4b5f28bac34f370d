private import Control
private import EventLoop
package import Linux
private import Listener
private import QUICLB
private import TLS
package import Transport

/// The worker process: it is configured over the control channel, serves its slot's sockets, and ends when it is
/// told to or when the supervisor is gone.
package final class Worker {
    private let channel: PacketChannel
    private let application: (Connection) -> Void
    private let loop: EventLoop
    private var channelSource: EventSource?
    private var statsMemory: SharedMemory?
    private var listener: Listener?
    private var housekeeping: Housekeeping?
    private var exitStatus: Int32 = 0

    /// Serves until the end of the process's work, on the calling thread.
    ///
    /// - Parameters:
    ///   - channel: the worker's end of the control channel.
    ///   - application: called with each connection whose handshake is complete.
    /// - Returns: the exit status.
    package static func run(
        channel: consuming PacketChannel, application: @escaping (Connection) -> Void
    ) -> Int32 {
        do throws(Errno) {
            let worker = try Worker(channel: channel, application: application)
            try worker.loop.run()
            return worker.exitStatus
        } catch {
            let failure = StartupFailure(.internal, "worker: run the event loop", why: "\(error)")
            StandardStream.error.write(line: "drover: \(failure)")
            return failure.exitStatus
        }
    }

    private init(
        channel: consuming PacketChannel, application: @escaping (Connection) -> Void
    ) throws(Errno) {
        self.channel = channel
        self.application = application
        loop = try EventLoop()
        let source = EventSource(fileDescriptor: self.channel.rawValue) { [unowned self] _ in receive() }
        channelSource = source
        try loop.add(source, for: .readable)
    }

    // MARK: The channel

    private func receive() {
        do {
            while true {
                switch try channel.receive() {
                case .message(let bytes, var descriptors):
                    try handle(SupervisorMessage(decoding: bytes), &descriptors)
                case .wouldBlock:
                    return
                case .endOfStream:
                    return stop(code: 0, reason: "the supervisor is gone")
                }
            }
        } catch let failure as StartupFailure {
            fail(failure)
        } catch {
            fail(StartupFailure(.internal, "worker: read the control channel", why: "\(error)"))
        }
    }

    private func handle(
        _ message: SupervisorMessage, _ descriptors: inout DescriptorQueue
    ) throws(StartupFailure) {
        switch message {
        case .configure(let configuration):
            try start(configuration, &descriptors)
        case .stop(let code, let reason):
            stop(code: code, reason: reason)
        }
    }

    private func send(_ message: WorkerMessage, descriptors: [Int32] = []) {
        // A few small messages a life, to a supervisor that always reads; if it is gone, the channel's end says so.
        _ = try? channel.send(message.encoded(), descriptors: descriptors)
    }

    /// Closes every connection, and ends the process when the last packet is with the kernel; or soon, where a
    /// socket takes no more.
    private func stop(code: UInt64, reason: String) {
        guard let listener else { return loop.stop() }
        listener.stop(code: code, reason: reason)
        let deadline = Timer { [loop] in loop.stop() }
        loop.set(deadline, to: loop.now + .seconds(1))
        loop.addEndOfTurnHook { [loop] in
            if listener.isFlushed { loop.stop() }
        }
    }

    private func fail(_ failure: StartupFailure) {
        send(.failed(failure))
        exitStatus = failure.exitStatus
        loop.stop()
    }

    // MARK: Start

    private func start(
        _ configuration: WorkerConfiguration, _ descriptors: inout DescriptorQueue
    ) throws(StartupFailure) {
        ProcessName.set("drover-w\(configuration.slot)")
        let stats = try openStats(descriptors.next())
        let listener = try makeListener(configuration, stats)
        try openSockets(configuration, &descriptors, for: listener)
        do {
            try Privileges.drop()
        } catch {
            throw StartupFailure(.permission, "worker: drop privileges", why: "\(error)")
        }
        loop.addEndOfTurnHook { listener.flush() }
        self.listener = listener
        let housekeeping = Housekeeping(loop: loop, stats: stats)
        housekeeping.start()
        self.housekeeping = housekeeping
        send(.ready)
    }

    private func openStats(_ descriptor: consuming FileDescriptor?) throws(StartupFailure) -> StatsPage {
        guard let descriptor else {
            throw StartupFailure(.internal, "worker: open the stats page", why: "no descriptor came with it")
        }
        do {
            let memory = try SharedMemory(mapping: descriptor, size: StatsPage.size)
            guard let page = StatsPage(opening: memory) else {
                throw StartupFailure(.internal, "worker: open the stats page", why: "it has another layout")
            }
            statsMemory = consume memory
            return page
        } catch let error as Errno {
            throw StartupFailure(.internal, "worker: map the stats page", why: "\(error)")
        } catch {
            throw error as! StartupFailure
        }
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
        do {
            tls = try ServerContext(
                certificateChainPEM: configuration.certificateChain, privateKeyPEM: configuration.privateKey,
                applicationProtocols: configuration.applicationProtocols, ticketKeys: configuration.ticketKeys
            )
        } catch {
            throw StartupFailure(
                .configuration, "tls: \(error.operation)", why: error.reason, remedy: error.advice)
        }
        var settings = TransportSettings()
        settings.idleTimeout = configuration.idleTimeout
        let context = TransportContext(loop: loop, random: RandomSource(), tls: tls, settings: settings)
        return Listener(
            context: context, codec: try Self.makeCodec(configuration), slot: configuration.slot,
            statelessReset: StatelessReset(secret: configuration.resetSecret), stats: stats,
            maximumConnections: 100_000, onConnection: application)
    }

    private static func makeCodec(_ configuration: WorkerConfiguration) throws(StartupFailure) -> PoolCodec {
        do {
            return try PoolCodec(layout: configuration.connectionIDs, host: configuration.hostID)
        } catch {
            throw StartupFailure(.configuration, "worker: lay out connection IDs", why: "\(error)")
        }
    }

    private func openSockets(
        _ configuration: WorkerConfiguration, _ descriptors: inout DescriptorQueue, for listener: Listener
    ) throws(StartupFailure) {
        for (index, address) in configuration.addresses.enumerated() {
            do {
                let socket: UDPSocket
                if configuration.adoptsSockets {
                    guard let descriptor = descriptors.next() else {
                        throw StartupFailure(
                            .internal, "worker: adopt the socket of \(address)", why: "it did not come")
                    }
                    socket = try UDPSocket(adopting: descriptor)
                } else {
                    socket = try UDPSocket(
                        bindingSharing: address,
                        receiveBuffer: Int32(clamping: configuration.receiveBufferSize),
                        sendBuffer: Int32(clamping: configuration.sendBufferSize))
                    send(
                        .bound(addressIndex: index, socket.localAddress),
                        descriptors: [socket.fileDescriptor.rawValue])
                }
                try listener.add(socket, isAdopted: configuration.adoptsSockets)
            } catch let error as Errno {
                throw StartupFailure(
                    error == .accessDenied ? .permission : .configuration, "listen: bind \(address)",
                    why: "\(error)")
            } catch {
                throw error as! StartupFailure
            }
        }
    }
}
