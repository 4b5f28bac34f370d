import Control
import Glibc
import Linux
import QUICLB

/// What the workers of the test pool do.
enum Behaviour: String {
    /// Answer each datagram with `slot process-ID incarnation`, until told to stop.
    case answer
    /// Say that they cannot start.
    case fail
    /// Exit before they are ready.
    case exitAtStart = "exit-at-start"
    /// As `answer`, but do not stop when told to.
    case ignoreStop = "ignore-stop"
    /// As `answer`, but never be without connection, so that they cannot be drained.
    case keepConnection = "keep-connection"
    /// As `answer` the first time, and exit at once when they replace another.
    case exitWhenReplacing = "exit-when-replacing"
    /// Say they are ready when they are not.
    case readyUnbound = "ready-unbound"
    /// Send a socket that is bound elsewhere and say that they are ready, before the supervisor sees either.
    case wrongSocket = "wrong-socket"
    /// Never become ready.
    case hang
    /// Send octets that are no message.
    case garbage
}

func runWorker(_ channel: consuming PacketChannel, _ behaviour: Behaviour) -> Never {
    do {
        try TestWorker(channel: channel, behaviour: behaviour).run()
    } catch {
        StandardStream.error.write(line: "test worker: \(error)")
        exit(99)
    }
}

private final class TestWorker {
    private let channel: PacketChannel
    private let behaviour: Behaviour
    private var sockets: [Int32] = []
    private var forwarding: Int32?
    private var newest = ConfigurationID(rawValue: 0)!

    init(channel: consuming PacketChannel, behaviour: Behaviour) {
        self.channel = channel
        self.behaviour = behaviour
    }

    func run() throws -> Never {
        poll(for: [channel.rawValue], timeout: -1)
        guard case .message(let bytes, var descriptors) = try channel.receive(),
            case .configure(let configuration) = try SupervisorMessage(decoding: bytes)
        else { exit(98) }
        let memory = try SharedMemory(mapping: descriptors.next()!, size: StatsPage.size)
        let page = StatsPage(opening: memory)!
        _ = descriptors.next()
        if configuration.steering != .off { forwarding = descriptors.next()!.release() }
        // Before it is ready: a resize may go by it at once.
        if behaviour == .keepConnection { page[.connectionsCurrent] = 1 }
        try start(configuration, &descriptors)

        newest = configuration.configurations.last!.id

        let identity = "\(configuration.slot) \(getpid()) \(configuration.incarnation)"
        while true {
            beat(page)
            poll(for: sockets + [channel.rawValue], timeout: 500)
            for socket in sockets { try answer(socket, identity, page) }
            switch try channel.receive() {
            case .message(let bytes, _): try handle(SupervisorMessage(decoding: bytes), page)
            case .endOfStream: exit(0)
            case .wouldBlock: continue
            }
        }
    }

    /// A worker that keeps a connection says that it has one, and never that it is drained.
    private func handle(_ message: SupervisorMessage, _ page: StatsPage) throws {
        switch message {
        case .stop: if behaviour != .ignoreStop { exit(0) }
        case .drain:
            if behaviour != .keepConnection { _ = try channel.send(WorkerMessage.drained.encoded()) }
        case .leave: exit(0)
        case .rotate(let configuration, _):
            if behaviour != .keepConnection {
                _ = try channel.send(WorkerMessage.unused(newest).encoded())
            }
            newest = configuration.id
        case .reload: _ = try channel.send(WorkerMessage.reloaded.encoded())
        case .listConnections(let request, _):
            let message = WorkerMessage.connections(request: request, [], isLast: true)
            _ = try channel.send(message.encoded())
        case .closeConnection(let request, _, _, _):
            _ = try channel.send(WorkerMessage.closed(request: request, wasOpen: false).encoded())
        case .configure, .resume, .place, .drop, .nonces, .secrets, .continueListing: break
        }
    }

    private func start(_ configuration: WorkerConfiguration, _ descriptors: inout DescriptorQueue) throws {
        switch behaviour {
        case .fail:
            let failure = StartupFailure(
                .configuration, "certificate", why: "it is a test", remedy: "pass it")
            _ = try channel.send(WorkerMessage.failed(failure).encoded())
            exit(failure.exitStatus)
        case .exitAtStart: exit(3)
        case .garbage: _ = try channel.send([1, 99])
        case .readyUnbound: break
        case .hang: return
        case .wrongSocket:
            kill(getppid(), SIGSTOP)
            defer { kill(getppid(), SIGCONT) }
            for index in configuration.addresses.indices {
                try bind(SocketAddress("127.0.0.1:0")!, at: index, of: configuration)
            }
            _ = try channel.send(WorkerMessage.ready.encoded())
            return
        case .exitWhenReplacing where configuration.adoptsSockets: exit(4)
        case .answer, .ignoreStop, .keepConnection, .exitWhenReplacing: try bind(configuration, &descriptors)
        }
        _ = try channel.send(WorkerMessage.ready.encoded())
    }

    private func bind(_ configuration: WorkerConfiguration, _ descriptors: inout DescriptorQueue) throws {
        for (index, address) in configuration.addresses.enumerated() {
            if configuration.adoptsSockets {
                sockets.append(descriptors.next()!.release())
                continue
            }
            try bind(address, at: index, of: configuration)
        }
    }

    /// Binds `address`, and sends the socket as that of the configuration's address at this index.
    private func bind(_ address: SocketAddress, at index: Int, of configuration: WorkerConfiguration) throws {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        let socket = try syscall { Glibc.socket(family, Int32(SOCK_DGRAM.rawValue), 0) }
        var one: Int32 = 1
        try syscall { setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &one, 4) }
        if family == AF_INET6 {
            try syscall { setsockopt(socket, Int32(IPPROTO_IPV6), Int32(IPV6_V6ONLY), &one, 4) }
        }
        try syscall { address.withSockaddr { Glibc.bind(socket, $0, $1) } }
        let message = WorkerMessage.bound(addressIndex: index, configuration.addresses[index])
        _ = try channel.send(message.encoded(), descriptors: [socket])
        sockets.append(socket)
    }

    private func answer(_ socket: Int32, _ identity: String, _ page: StatsPage) throws {
        var octets = [UInt8](repeating: 0, count: 2048)
        while true {
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = try withUnsafeMutableBytes(of: &peer) { peer in
                let address = peer.baseAddress!.assumingMemoryBound(to: sockaddr.self)
                let flags = Int32(MSG_DONTWAIT)
                let count = try nonBlockingSyscall {
                    recvfrom(socket, &octets, octets.count, flags, address, &length)
                }
                if count != nil { sendto(socket, identity, identity.utf8.count, 0, address, length) }
                return count
            }
            guard count != nil else { return }
            page.add(.datagramsReceived)
        }
    }

    /// A sign of life, which the supervisor wants each second.
    private func beat(_ page: StatsPage) {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        page.heartbeat = UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// - Parameter timeout: in milliseconds; -1: none.
    private func poll(for descriptors: [Int32], timeout: Int32) {
        var events = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        Glibc.poll(&events, nfds_t(events.count), timeout)
    }
}
