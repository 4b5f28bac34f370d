import ArgumentParser
import Drover
import Foundation

/// A pool with what only the program that it is in can decide: certificates and pre-shared keys in the handshake,
/// handlers that misbehave, and the end.
///
/// A line on its standard input stops it: `stop` in order, any other at once.
@main
struct Embedded: ParsableCommand {
    @Option var workers = 1
    @Option(help: "The pool's certificate and key, read here and given as octets.") var cert: String
    @Option var key: String
    @Option(help: "Those for clients that name chosen.example.") var chosenCert: String
    @Option var chosenKey: String
    @Option var runDir: String
    @Option var stateDir: String

    func run() throws {
        var options = PoolOptions(
            certificate: .octets(chain: try Self.octets(cert), privateKey: try Self.octets(key)))
        options.listen = ["127.0.0.1:0"]
        options.workers = .exactly(workers)
        options.applicationProtocols = ["echo", "hang", "leak", "return"]
        options.runDirectory = runDir
        options.stateDirectory = stateDir
        options.stopCode = 77
        let chosen = PoolOptions.Certificate.files(chain: chosenCert, privateKey: chosenKey)
        options.certificateForName = { $0 == "chosen.example" ? chosen : nil }
        options.preSharedKeyForIdentity = {
            $0 == Array("chosen".utf8) ? [UInt8](repeating: 7, count: 32) : nil
        }
        options.onReady = { _ in Thread.detachNewThread(Self.stopWhenTold) }
        try Pool(options, handler: Self.serve).run()
        print("the pool has stopped")
    }

    private static func octets(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path)))
    }

    private static func stopWhenTold() {
        while let line = readLine() { Pool.stop(immediately: line != "stop") }
    }

    @LoopActor private static var leakedStreams: [Drover.Stream] = []

    @LoopActor
    private static func serve(_ connection: Connection) async throws {
        switch connection.applicationProtocol {
        case "hang":
            // Not even the end of the connection ends it.
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        case "leak":
            for _ in 0..<3 {
                let stream = try await connection.openUnidirectionalStream()
                try await stream.write([1, 2, 3])
                leakedStreams.append(stream)
            }
            for try await stream in connection.streams { leakedStreams.append(stream) }
        case "return": return
        default: try await Echo.handle(connection)
        }
    }
}
