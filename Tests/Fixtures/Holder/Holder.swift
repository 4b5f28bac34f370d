import ArgumentParser
import Drover
import Foundation

/// Holds many connections to a pool's echo application with Drover's own client, as hold.py does with clients that
/// others wrote, and tells how each one ends.
///
/// Prints `ready` when all connections are up, `lost` when one ends, and `visit` for each connection that it only makes to
/// see whether it can. A line on standard input asks for a `progress` event; the end of standard input closes all
/// connections and ends the client, after a `summary`. It exits with 0 if all came up and every octet was right.
@main
struct Holder: AsyncParsableCommand {
    @Option var port: UInt16
    @Option var connections = 0
    @Option(help: "Connections that are made at a time.") var parallel = 32
    @Option(help: "Octets of a message.") var octets = 1000
    @Option(help: "Seconds between a message that came back and the next.") var pause = 0.15
    @Option(help: "So many connections, the last ones, pause a tenth as long.") var fast = 0
    @Option(help: "Seconds.") var idleTimeout: Int64 = 30
    @Option(help: "So many connections, the first ones, change their ports.") var rebinding = 0
    @Option(help: "Seconds between two such changes of a connection.") var rebindInterval = 3.0
    @Option(help: "Makes another connection in the place of one that is lost, so many seconds later.")
    var reconnect: Double?
    @Option(help: "Seconds between visits; 0: there are none.") var visitInterval = 0.0

    func run() async throws {
        // It starts the loop.
        let client = try Client(options)
        try await run(Server(client: client, address: Endpoint("127.0.0.1:\(port)")!))
    }

    @LoopActor
    private func run(_ server: Server) async throws {
        let held = (0..<connections).map { HeldConnection($0, pacing(of: $0), reconnectDelay: reconnect) }
        let holding = Task { try await hold(held, server) }
        let visiting = visitInterval > 0 ? Task { await visit(server) } : nil
        for await _ in Self.standardInput { Report.connections("progress", held) }
        visiting?.cancel()
        for visit in await visiting?.value ?? [] { await visit.value }
        holding.cancel()
        let areAllUp = try await holding.value
        for connection in held { await connection.close() }
        Report.connections("summary", held)
        if !areAllUp || held.contains(where: \.corrupt) { throw ExitCode.failure }
    }

    /// Returns whether all came up, when all have ended or the task is cancelled.
    @LoopActor
    private func hold(_ held: [HeldConnection], _ server: Server) async throws -> Bool {
        await withDiscardingTaskGroup { group in
            for first in 0..<parallel {
                let share = stride(from: first, to: held.count, by: parallel).map { held[$0] }
                group.addTask { for connection in share { await connection.connect(to: server) } }
            }
        }
        guard held.allSatisfy(\.isUp) else {
            Report.connections("not_ready", held)
            return false
        }
        Report.connections("ready", held)
        await withDiscardingTaskGroup { group in
            for connection in held { group.addTask { await connection.hold(on: server) } }
        }
        return true
    }

    /// Begins one after the other until the task is cancelled; they are not.
    @LoopActor
    private func visit(_ server: Server) async -> [Task<Void, Never>] {
        var visits: [Task<Void, Never>] = []
        while !Task.isCancelled {
            visits.append(Task { await Visit().make(to: server) })
            try? await Task.sleep(for: .seconds(visitInterval))
        }
        return visits
    }

    private var options: ClientOptions {
        var options = ClientOptions(applicationProtocols: ["echo"])
        options.authorities = .any
        options.transport.idleTimeout = .seconds(idleTimeout)
        // A server learns of a new port by the next packet, and a client that waits for a message sends none.
        if rebinding > 0 { options.transport.keepAlive = .seconds(1) }
        return options
    }

    private func pacing(of index: Int) -> Pacing {
        Pacing(
            octets: octets, pause: .seconds(index >= connections - fast ? pause / 10 : pause),
            rebindInterval: index < rebinding ? .seconds(rebindInterval) : nil)
    }

    /// Its lines, as they come.
    private static var standardInput: AsyncStream<String> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
        }
    }
}

/// Who is connected to, and how.
struct Server: Sendable {
    let client: Client
    let address: Endpoint

    func connect() async throws -> ClientConnection {
        try await client.connect(to: address, named: "localhost")
    }
}
