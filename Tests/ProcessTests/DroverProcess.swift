import Foundation
import Glibc
import Testing

/// A pool of real processes, on a free port of 127.0.0.1, with directories of its own.
final class DroverProcess: Sendable {
    /// A host ID of the tests' own, so that they find the slot in a connection ID.
    static let hostID = "d70e"

    struct NotReady: Error, CustomStringConvertible {
        let output: [String]
        var description: String { "the pool ended before it was ready:\n" + output.joined(separator: "\n") }
    }

    let port: UInt16
    private let child: ChildProcess
    private let directory: TemporaryDirectory

    /// Starts `drover serve` and returns when it says that it is ready.
    static func start(workers: Int, _ arguments: String...) async throws -> DroverProcess {
        let directory = try TemporaryDirectory()
        let options =
            ["serve", "--listen", "127.0.0.1:0", "--workers", "\(workers)", "--dev-cert"]
            + ["--host-id", hostID] + Self.directories(in: directory)
        return try await start(Executables.drover, options + arguments, in: directory)
    }

    /// Starts the HTTP/3 echo server.
    static func startH3Echo(workers: Int) async throws -> DroverProcess {
        let directory = try TemporaryDirectory()
        let arguments = ["127.0.0.1:0", "\(workers)", hostID, directory.path("run"), directory.path("state")]
        return try await start(Executables.h3Echo, arguments, in: directory)
    }

    /// The options for a run and a state directory below `directory`.
    static func directories(in directory: TemporaryDirectory) -> [String] {
        ["--run-dir", directory.path("run"), "--state-dir", directory.path("state")]
    }

    private static func start(
        _ executable: URL, _ arguments: [String], in directory: TemporaryDirectory
    ) async throws -> DroverProcess {
        let child = try ChildProcess(executable, arguments, mergesErrors: true)
        let ready = try await within(.seconds(20), for: "line that says ready") { [output = child.output] in
            try await output.line { $0.contains(/\bready\b/) }
        }
        guard let address = ready?.firstMatch(of: /127\.0\.0\.1:(\d+)/), let port = UInt16(address.1) else {
            throw NotReady(output: child.output.lines)
        }
        return DroverProcess(child, port: port, directory: directory)
    }

    private init(_ child: ChildProcess, port: UInt16, directory: TemporaryDirectory) {
        self.child = child
        self.port = port
        self.directory = directory
    }

    var output: [String] { child.output.lines }
    var address: String { "127.0.0.1:\(port)" }
    var runDirectory: String { directory.path("run") }
    var supervisor: ProcessInspector { ProcessInspector(child.identifier) }

    /// The workers that run now.
    func workers() throws -> [ProcessInspector] { try supervisor.children() }

    func send(_ signal: Int32) { child.send(signal) }

    /// Stops the pool as operators do, checks that it ends well, and returns its last counters.
    @discardableResult
    func terminate(_ signal: Int32 = SIGTERM) async throws -> FinalCounters {
        child.send(signal)
        #expect(try await exitStatus() == .exited(0))
        try await waitUntilAllEnded()
        return FinalCounters(parsing: output)
    }

    func exitStatus() async throws -> ChildProcess.ExitStatus {
        try await child.exitStatus(within: .seconds(15))
    }

    /// Returns when neither the supervisor nor any worker is left: all of them hold the output.
    func waitUntilAllEnded() async throws {
        try await within(.seconds(10), for: "end of all workers") { [output = child.output] in
            try await output.waitForEnd()
        }
    }
}
