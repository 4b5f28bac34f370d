private import Control
private import EventLoop
internal import Linux
internal import QUICClient
internal import TLS
internal import Transport
private import Worker

/// Connects to a server with QUIC version 1 (RFC 9000), and returns when the handshake is complete.
///
/// As `Client.connect`, with a client of its own: several connections with the same options are better made by one.
public func connect(
    to address: Endpoint, named name: String? = nil, resuming session: ClientSession? = nil,
    _ options: ClientOptions
) async throws -> ClientConnection {
    try await Client(options).connect(to: address, named: name, resuming: session)
}

/// Makes connections to servers. They live on the process's event loop: in a worker of a pool that is its own, elsewhere
/// that of a thread which the first client starts. A pool cannot run after that: its program makes clients in its handlers.
public final class Client: Sendable {
    /// Used on the loop's thread only, from the first connection on.
    private nonisolated(unsafe) let tls: ClientContext
    private nonisolated(unsafe) let trace: ((String) -> Void)?
    private let settings: TransportSettings
    @LoopActor private var core: QUICClient.Client?

    /// - Throws: `SetupFailure` where the options name what cannot be read or used.
    public init(_ options: ClientOptions) throws(SetupFailure) {
        do {
            try options.transport.check()
            var settings = TransportSettings(options.transport)
            settings.takesPreferredAddress = options.takesPreferredAddress
            self.settings = settings
            tls = try options.makeContext()
            trace = try options.eventTrace.map { path throws(StartupFailure) in try EventTrace.open(path) }
        } catch {
            throw SetupFailure(error)
        }
        // Here, and not later: who is isolated to the loop could not connect before it runs.
        do {
            try LoopThread.ensure()
        } catch {
            throw SetupFailure(StartupFailure(.unavailable, "start the event loop", why: "\(error)"))
        }
    }

    /// Connects to a server, and returns when the handshake is complete. The server's certificate is verified, unless
    /// the options say otherwise.
    ///
    /// - Parameters:
    ///   - address: the server's; names are not looked up.
    ///   - name: the host name, or IP address, that its certificate has to be for. A host name is sent along (SNI, RFC
    ///     6066 §3). Default: the address.
    ///   - session: of an earlier connection to the same server, to resume it (RFC 8446 §2.2).
    /// - Throws: `QUICError` where there is no such connection; `SetupFailure` where this host has no socket or no route
    ///   for it; `CancellationError`.
    public func connect(
        to address: Endpoint, named name: String? = nil, resuming session: ClientSession? = nil
    ) async throws -> ClientConnection {
        let connection = try await begin(to: address, named: name, resuming: session)
        try await connection.handshake()
        return connection
    }

    @LoopActor
    private func begin(
        to address: Endpoint, named name: String?, resuming session: ClientSession?
    ) throws -> ClientConnection {
        do {
            let core = try clientOnLoop().connect(
                to: address.address, named: name ?? address.address.host,
                resuming: session?.resumption ?? Resumption())
            return ClientConnection(core)
        } catch let error as TLSError {
            throw SetupFailure(StartupFailure(.configuration, error.operation, why: error.reason))
        } catch let error as Errno {
            throw SetupFailure(StartupFailure(.unavailable, "connect to \(address)", why: "\(error)"))
        }
    }

    @LoopActor
    private func clientOnLoop() -> QUICClient.Client {
        if let core { return core }
        guard let loop = LoopActor.loop else { preconditionFailure("code on the loop, and no loop") }
        let new = QUICClient.Client(loop: loop, tls: tls, settings: settings, trace: trace)
        core = new
        return new
    }
}

extension ClientOptions {
    fileprivate func makeContext() throws(StartupFailure) -> ClientContext {
        var options = TLS.ClientOptions(applicationProtocols: applicationProtocols)
        options.authorities =
            switch authorities {
            case .host: .host
            case .file(let path): .certificates(try CertificateFile.read("authorities \(path)", path))
            case .octets(let octets): .certificates(octets)
            case .any: .any
            }
        if let certificate {
            let pair = try CertificatePair(certificate)
            options.credentials = CredentialsSource(chain: pair.chain, privateKey: pair.privateKey)
        }
        if let keyLog { options.keyLog = try KeyLog.open(keyLog) }
        do {
            return try ClientContext(options)
        } catch {
            throw StartupFailure(
                .configuration, "tls: \(error.operation)", why: error.reason, remedy: error.advice)
        }
    }
}
