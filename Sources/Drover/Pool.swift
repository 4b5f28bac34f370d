private import Control
private import EventLoop
private import Glibc
private import Linux
private import Supervisor
private import Synchronization
private import Transport
private import Worker

/// Serves one connection, on the worker's event loop. The connection ends when its handler does: with no error
/// where it returns, once what it wrote has arrived; with an application error where it throws.
public typealias ConnectionHandler = @Sendable @LoopActor (Connection) async throws -> Void

/// A pool of worker processes that share UDP addresses, and a handler for their connections.
///
/// The workers run the same executable: each comes to the same `run`, which then serves instead of supervising. So
/// what a program does before `run`, every worker does.
public struct Pool: Sendable {
    /// The application error code of CONNECTION_CLOSE where a handler throws.
    public static let handlerErrorCode: UInt64 = 1

    /// Of the pool that this process runs.
    private static let stopper = Mutex<Supervisor.Stopper?>(nil)

    private let options: PoolOptions
    private let reload: (@Sendable () throws -> PoolOptions)?
    private let handler: ConnectionHandler

    /// - Parameters:
    ///   - options: what the pool is to be.
    ///   - reload: what the pool is to be from now on, asked in the supervisor at each `drover reload` and SIGHUP. What it
    ///     throws, and what a pool that runs cannot change, refuses the reload whole. By default the options stay, and the
    ///     files that they name are read anew.
    ///   - handler: serves each connection.
    public init(
        _ options: PoolOptions, reloading reload: (@Sendable () throws -> PoolOptions)? = nil,
        handler: @escaping ConnectionHandler
    ) {
        self.options = options
        self.reload = reload
        self.handler = handler
    }

    /// Runs the pool on this thread until SIGTERM, SIGINT or ``stop(immediately:)`` stops it; in a worker, serves and does
    /// not return.
    ///
    /// - Throws: `SetupFailure` where the pool cannot start: it says what was tried, why it failed and what to do, and
    ///   nothing is left running.
    public func run() throws(SetupFailure) {
        guard !LoopThread.isThere else {
            throw SetupFailure(
                StartupFailure(
                    .usage, "run the pool", why: "the program has made a client before",
                    remedy: "make clients in the handler"))
        }
        StandardStream.fillMissing()
        if Self.isWorker { Self.runAsWorker(handler, options.tlsCallbacks) }
        // Before anything is written: who reads it may be gone.
        Signals.ignore([SIGPIPE])
        do {
            defer { Self.stopper.withLock { $0 = nil } }
            try SupervisorProcess.run(
                configuration: configurationSource(),
                onStart: { pool in Self.stopper.withLock { $0 = pool.makeStopper() } }
            ) { configuration, addresses in
                // A certificate that was made has a fingerprint.
                let hints = (try? options.hints(configuration, address: addresses[0])) ?? []
                hints.forEach { StandardStream.output.write(line: "drover: \($0)") }
                options.onReady?(addresses.map { Endpoint($0) })
            }
        } catch {
            throw SetupFailure(error)
        }
    }

    /// Reads the configuration, the first time by the options that there are.
    private func configurationSource() -> () throws(StartupFailure) -> PoolConfiguration {
        var isFirst = true
        return { () throws(StartupFailure) in
            defer { isFirst = false }
            return try isFirst ? options.becomingUser().configuration() : reloadedConfiguration()
        }
    }

    private func reloadedConfiguration() throws(StartupFailure) -> PoolConfiguration {
        do {
            return try (reload?() ?? options).configuration()
        } catch let failure as StartupFailure {
            throw failure
        } catch let failure as SetupFailure {
            throw failure.failure
        } catch {
            throw StartupFailure(.configuration, "reload", why: "\(error)")
        }
    }

    /// Stops the pool that this process runs, from any thread, as SIGTERM does: its clients are told
    /// (``PoolOptions/stopCode``), and ``run()`` returns when the workers have ended, which may take 5 seconds. It does
    /// nothing where no pool runs, as in a worker.
    ///
    /// - Parameter immediately: whether the workers are killed, as by a second SIGTERM: clients learn it by their own
    ///   timeouts.
    public static func stop(immediately: Bool = false) {
        stopper.withLock { $0 }?(immediately)
    }

    /// Whether this process is one of the workers.
    package static var isWorker: Bool { WorkerChannel.isInherited }

    /// Serves as a worker until the supervisor stops it. The caller has filled in missing standard streams.
    package static func runAsWorker(_ handler: @escaping ConnectionHandler) -> Never {
        runAsWorker(handler, TLSCallbacks())
    }

    private static func runAsWorker(_ handler: @escaping ConnectionHandler, _ callbacks: TLSCallbacks)
        -> Never
    {
        do {
            let channel = try WorkerChannel.adopt()
            exitProcess(
                status: Worker.run(channel: channel, callbacks: callbacks) { start(handler, for: $0) })
        } catch {
            StandardStream.error.write(line: "drover: \(error)")
            exitProcess(status: error.exitStatus)
        }
    }

    private static func start(_ handler: @escaping ConnectionHandler, for core: Transport.Connection) {
        // The preference keeps what the handler calls on the loop's thread where it is not @LoopActor itself.
        let task = Task(executorPreference: LoopActor.executor) { await serve(core, handler) }
        // A handler may wait for something else than the connection.
        core.onClose = { task.cancel() }
    }

    @LoopActor
    private static func serve(_ core: Transport.Connection, _ handler: ConnectionHandler) async {
        do {
            try await handler(Connection(core))
            core.closeWhenFlushed()
        } catch {
            // Where the connection is over, that is what the handler was told.
            if core.isOpen { HandlerFailures.report(error, of: core) }
            core.close(code: handlerErrorCode, reason: "the handler failed")
        }
    }
}
