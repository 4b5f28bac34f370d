package import Control
internal import EventLoop
private import Glibc
package import Linux
package import Listener
package import Logging
private import Logs
package import QUICLB
private import TLS
package import Transport

/// The worker process: it is configured over the control channel, serves its slot's sockets, and ends when it is
/// told to or when the supervisor is gone.
package final class Worker {
    /// How long closing periods are served: three PTO of a path with a long delay.
    private static let closingTimeout = Duration.seconds(3)

    private let channel: PacketChannel
    let application: (Connection) -> Void
    let callbacks: TLSCallbacks
    let loop: EventLoop
    private var channelSource: EventSource?
    var statsMemory: SharedMemory?
    var poolMemory: SharedMemory?
    package internal(set) var listener: Listener?
    /// The counters; nil before the worker is configured.
    package internal(set) var stats: StatsPage?
    package internal(set) var slot: Slot?
    /// The application's own; empty before the worker is configured.
    package internal(set) var handlerConfiguration: [UInt8] = []
    var secrets: PoolSecrets?
    /// Says of each line which worker's it is.
    package internal(set) var log = Logger(LogOptions())
    /// The worker that this process is; nil where it is none. Confined to the loop's thread.
    package private(set) nonisolated(unsafe) static var current: Worker?
    var housekeeping: Housekeeping?
    private var isStopping = false
    private var exitStatus: Int32 = 0

    /// Serves until the end of the process's work, on the calling thread.
    ///
    /// - Parameters:
    ///   - channel: the worker's end of the control channel.
    ///   - application: called with each connection whose handshake is complete.
    ///   - callbacks: asked in each handshake.
    /// - Returns: the exit status.
    package static func run(
        channel: consuming PacketChannel, callbacks: TLSCallbacks,
        application: @escaping (Connection) -> Void
    ) -> Int32 {
        // The supervisor alone says when to stop: a service manager signals every process of the service.
        Signals.ignore([SIGTERM, SIGINT, SIGHUP, SIGPIPE])
        do throws(Errno) {
            let worker = try Worker(channel: channel, callbacks: callbacks, application: application)
            current = worker
            try worker.loop.run()
            return worker.exitStatus
        } catch {
            let failure = StartupFailure(.internal, "worker: run the event loop", why: "\(error)")
            (current?.log ?? Logger(LogOptions())).error("worker ended", error: failure)
            return failure.exitStatus
        }
    }

    private init(
        channel: consuming PacketChannel, callbacks: TLSCallbacks,
        application: @escaping (Connection) -> Void
    ) throws(Errno) {
        self.channel = channel
        self.callbacks = callbacks
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
                    if let channelSource { loop.remove(channelSource) }
                    // Its successor waits for the addresses.
                    return stop(code: 0, reason: "the supervisor is gone", servesClosingPeriod: false)
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
            stop(code: code, reason: reason, servesClosingPeriod: true)
        case .place(let active): listener?.place(active: active)
        case .drain(let linger): listener?.drain(linger: linger)
        case .resume: listener?.resume()
        case .leave: leave()
        case .rotate(let configuration, let nonces): try rotate(to: configuration, nonces)
        case .drop(let id): listener?.drop(id)
        case .nonces(let id, let nonces): listener?.add(nonces, for: id)
        case .secrets(let secrets): try use(secrets)
        case .reload(let settings): try reload(settings)
        case .listConnections(let request, let peer):
            listener?.listConnections(request: request, peer: peer)
        case .continueListing(let request): listener?.continueListing(request: request)
        case .closeConnection(let request, let number, let code, let reason):
            listener?.closeConnection(number, request: request, code: code, reason: reason)
        }
    }

    func send(_ message: WorkerMessage, descriptors: [Int32] = []) {
        // A few small messages a life, to a supervisor that always reads; if it is gone, the channel's end says so.
        _ = try? channel.send(message.encoded(), descriptors: descriptors)
    }

    private func use(_ secrets: PoolSecrets) throws(StartupFailure) {
        self.secrets = secrets
        do {
            try listener?.use(secrets)
        } catch {
            throw StartupFailure(.internal, "worker: use new keys", why: error.reason)
        }
    }

    private func reload(_ settings: ServiceSettings) throws(StartupFailure) {
        guard let listener, let secrets else { return }
        let tls = try makeServerContext(settings.tls, ticketKeys: secrets.ticketKeys)
        listener.use(settings.options, tls: tls, settings: TransportSettings(settings.options.transport))
        handlerConfiguration = settings.handlerConfiguration
        send(.reloaded)
    }

    private func rotate(to configuration: Configuration, _ nonces: NonceRange) throws(StartupFailure) {
        do {
            try listener?.rotate(to: configuration, nonces: nonces)
        } catch {
            throw StartupFailure(
                .internal, "worker: rotate to configuration \(configuration.id)", why: "\(error)")
        }
    }

    /// Ends the process when its last connection has ended, all that waits in its sockets is taken, and what is
    /// another worker's is handed on.
    private func leave() {
        guard let listener else { return loop.stop() }
        listener.leave()
        loop.addEndOfTurnHook { [loop] in
            if listener.hasLeft() { loop.stop() }
        }
    }

    /// Closes every connection, and ends the process after some time, or sooner when nothing is left to do.
    ///
    /// - Parameter servesClosingPeriod: whether clients that did not hear of it are told again, until the closing periods
    ///   of all are over (RFC 9000 §10.2.1).
    private func stop(code: UInt64, reason: String, servesClosingPeriod: Bool) {
        guard let listener else { return loop.stop() }
        guard !isStopping else { return }
        isStopping = true
        listener.stop(code: code, reason: reason)
        let deadline = Timer { [loop] in loop.stop() }
        loop.set(deadline, to: loop.now + Self.closingTimeout)
        loop.addEndOfTurnHook { [loop] in
            if listener.isFlushed, !servesClosingPeriod || listener.hasNoConnection { loop.stop() }
        }
    }

    private func fail(_ failure: StartupFailure) {
        send(.failed(failure))
        exitStatus = failure.exitStatus
        loop.stop()
    }
}
