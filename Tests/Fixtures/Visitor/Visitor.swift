import ArgumentParser
import Drover
import Foundation

/// Visits a pool's echo application with Drover's own client, one connection after the other, and prints what each one
/// saw, a line of JSON each: as visit.py does with clients that others wrote.
@main
struct Visitor: AsyncParsableCommand {
    @Option var port: UInt16
    @Option var host = "127.0.0.1"
    @Option var name = "localhost"
    @Option var alpn = "echo"
    @Option(help: "A PEM file of those whose signature counts; none: anybody's.") var authorities: String?
    @Flag(help: "Gives what is in that file as octets.") var readAuthorities = false
    @Option var certificate: String?
    @Option var privateKey: String?
    @Option var visits = 1
    @Option(help: "Keeps the session between visits and runs.") var memory: String?
    @Option(
        help:
            "What to do in a connection, in order: echo, read, linger, move, rebind, migrate, datagram, pause, until a line comes."
    )
    var steps =
        "echo"
    @Option(help: "Octets of each echo.") var octets = 1000
    @Option(help: "Seconds.") var handshakeTimeout: Int64 = 10
    @Option var eventTrace: String?
    @Option var keyLog: String?
    @Flag var ignorePreferredAddress = false

    struct Report: Encodable {
        var event = "visit"
        var ok = false
        var failure: String?
        var transportCode: UInt64?
        var applicationCode: UInt64?
        var echoed = 0
        var datagrams = 0
        var resumed = false
        var alpn: String?
        var text: String?
        var localPorts: [UInt16] = []
        var remotePorts: [UInt16] = []
    }

    func run() async throws {
        let client = try Client(options())
        var session = try memory.flatMap { FileManager.default.contents(atPath: $0) }
            .map { try JSONDecoder().decode(ClientSession.self, from: $0) }
        for _ in 0..<visits {
            var report = Report()
            do {
                session = try await visit(client, resuming: session, &report)
                report.ok = true
            } catch let error as QUICError {
                report.failure = "\(error.code)"
                report.transportCode = error.transportCode
                report.applicationCode = error.applicationCode
                FileHandle.standardError.write(Data("\(error)\n".utf8))
            }
            try Self.print(report)
        }
        if let memory, let session { try JSONEncoder().encode(session).write(to: URL(filePath: memory)) }
    }

    private func options() throws -> ClientOptions {
        var options = ClientOptions(applicationProtocols: [alpn])
        options.authorities = try serverAuthorities()
        if let certificate, let privateKey {
            options.certificate = .files(chain: certificate, privateKey: privateKey)
        }
        options.transport.handshakeTimeout = .seconds(handshakeTimeout)
        options.transport.maximumDatagramFrame = 65_535
        options.eventTrace = eventTrace
        options.keyLog = keyLog
        options.takesPreferredAddress = !ignorePreferredAddress
        return options
    }

    private func serverAuthorities() throws -> ClientOptions.Authorities {
        guard let authorities else { return .any }
        guard readAuthorities else { return .file(authorities) }
        return .octets(Array(try Data(contentsOf: URL(filePath: authorities))))
    }

    @LoopActor
    private func visit(
        _ client: Client, resuming session: ClientSession?, _ report: inout Report
    ) async throws -> ClientSession? {
        let connection = try await client.connect(
            to: Endpoint("\(host.contains(":") ? "[\(host)]" : host):\(port)")!, named: name,
            resuming: session)
        report.resumed = connection.isResumed
        report.alpn = connection.applicationProtocol
        for step in steps.split(separator: ",") {
            switch step {
            case "echo":
                try await echo(connection)
                report.echoed += 1
            case "linger":
                // Says nothing until the connection is over.
                for try await _ in connection.streams {}
            case "read": report.text = String(decoding: try await exchange([], connection), as: UTF8.self)
            case "move":
                // A client goes on at the server's preferred address by itself, within some round trips.
                let first = connection.remoteAddress
                for _ in 0..<100 where connection.remoteAddress == first { try await echo(connection) }
            case "pause":
                FileHandle.standardError.write(Data("paused\n".utf8))
                _ = readLine()
            case "rebind": try connection.rebind()
            case "migrate": try await connection.migrate()
            case "datagram":
                try connection.send(datagram: [UInt8](repeating: 7, count: octets))
                var datagrams = connection.datagrams.makeAsyncIterator()
                if try await datagrams.next()?.count == octets { report.datagrams += 1 }
            default: throw ValidationError("no such step: \(step)")
            }
            report.localPorts.append(Self.port(connection.localAddress))
            report.remotePorts.append(Self.port(connection.remoteAddress))
        }
        let new = memory == nil ? nil : try await connection.waitForSession()
        await connection.closeWhenFlushed()
        return new
    }

    @LoopActor
    private func echo(_ connection: ClientConnection) async throws {
        let sent = (0..<octets).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        guard try await exchange(sent, connection) == sent else {
            throw ValidationError("what came back is not what was sent")
        }
    }

    /// Sends octets on a stream of their own, and returns what the server sends on it.
    @LoopActor
    private func exchange(_ octets: [UInt8], _ connection: ClientConnection) async throws -> [UInt8] {
        let stream = try await connection.openStream()
        async let writing: Void = write(octets, to: stream)
        var received: [UInt8] = []
        while let part = try await stream.read() { received += part }
        try await writing
        return received
    }

    @LoopActor
    private func write(_ octets: [UInt8], to stream: Drover.Stream) async throws {
        try await stream.write(octets)
        stream.finish()
    }

    private static func port(_ endpoint: Endpoint?) -> UInt16 {
        endpoint.flatMap { $0.description.split(separator: ":").last }.flatMap { UInt16($0) } ?? 0
    }

    private static func print(_ report: Report) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        FileHandle.standardOutput.write(try encoder.encode(report) + Data("\n".utf8))
    }
}
