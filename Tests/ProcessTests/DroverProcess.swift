import Control
import Foundation
import Glibc
import Linux
import TestSupport
import Testing

/// A pool of real processes, on a free port of 127.0.0.1, with directories of its own.
final class DroverProcess: Sendable {
    /// A host ID of the tests' own, so that they find the slot in a connection ID.
    static let hostID = "d70e"

    struct NotReady: Error, CustomStringConvertible {
        let output: [String]
        var description: String { "the pool ended before it was ready:\n" + output.joined(separator: "\n") }
    }

    /// Those of the ready line, in order.
    let ports: [UInt16]
    private let child: ChildProcess
    private let directory: TemporaryDirectory

    /// Starts `drover serve` and returns when it says that it is ready.
    ///
    /// - Parameters:
    ///   - isKeyGiven: whether the connection IDs are encrypted with the tests' key; or else with one that the pool
    ///     makes.
    ///   - launcher: a program and its arguments that starts the command that follows them.
    ///   - former: a pool that has ended, whose directories it takes over.
    ///   - manager: starts it as its service.
    static func start(
        workers: Int, _ arguments: String..., isKeyGiven: Bool = true, listen: [String] = ["127.0.0.1:0"],
        launcher: [String] = [], after former: DroverProcess? = nil, by manager: StandInManager? = nil
    ) async throws -> DroverProcess {
        try await start(
            workers: workers, options: arguments, isKeyGiven: isKeyGiven, listen: listen, launcher: launcher,
            after: former, by: manager)
    }

    /// The same with a list of arguments.
    ///
    /// - Parameter isCertificateGiven: whether a certificate is among them.
    static func start(
        workers: Int, options arguments: [String], isKeyGiven: Bool = true,
        isCertificateGiven: Bool = false, listen: [String] = ["127.0.0.1:0"], launcher: [String] = [],
        after former: DroverProcess? = nil, by manager: StandInManager? = nil
    ) async throws -> DroverProcess {
        let directory = try former?.directory ?? TemporaryDirectory()
        let keyFile = directory.path("connection-id-key")
        try File.replace(keyFile, with: Array(TestKey.hexadecimal.utf8), mode: 0o600)
        let options =
            ["serve", "--workers", "\(workers)", "--host-id", hostID]
            + (isCertificateGiven ? [] : ["--dev-cert"])
            + (isKeyGiven ? ["--connection-id-key", keyFile] : [])
            + listen.flatMap { ["--listen", $0] } + Self.directories(in: directory)
        let launcher = manager == nil ? launcher : StandInManager.launcher + launcher
        let command = launcher + [Executables.drover.path] + options + arguments
        return try await start(URL(filePath: command[0]), Array(command[1...]), in: directory, by: manager)
    }

    /// A launcher that takes capabilities away, by their names for setpriv.
    static func without(_ capabilities: String...) -> [String] {
        let list = capabilities.map { "-\($0)" }.joined(separator: ",")
        return [Executables.setpriv?.path ?? "setpriv", "--bounding-set=\(list)", "--inh-caps=\(list)"]
    }

    /// A launcher that has a shell do something first, such as `ulimit -n 64`.
    static func after(_ script: String) -> [String] {
        ["/bin/sh", "-c", "\(script) && exec \"$0\" \"$@\""]
    }

    /// Starts the HTTP/3 echo server.
    ///
    /// - Parameters:
    ///   - preferred: an address for clients to go on at.
    ///   - trace: a file for the event trace.
    ///   - makesConnections: whether its handlers may.
    static func startH3Echo(
        workers: Int, addressValidation: String = "auto", preferred: String? = nil, trace: String? = nil,
        makesConnections: Bool = true
    ) async throws -> DroverProcess {
        let directory = try TemporaryDirectory()
        let arguments =
            [
                "127.0.0.1:0", "\(workers)", hostID, TestKey.hexadecimal, directory.path("run"),
                directory.path("state"), addressValidation, preferred ?? "-",
                trace ?? "-",
            ] + (makesConnections ? [] : ["isolated"])
        return try await start(Executables.h3Echo, arguments, in: directory)
    }

    /// Starts the pool of Tests/Fixtures/Embedded.
    static func startEmbedded(
        workers: Int, _ certificate: CertificateFiles, chosen: CertificateFiles
    ) async throws -> DroverProcess {
        let directory = try TemporaryDirectory()
        let arguments =
            ["--workers", "\(workers)", "--chosen-cert", chosen.certificate, "--chosen-key", chosen.key]
            + certificate.options + directories(in: directory)
        return try await start(Executables.embedded, arguments, in: directory)
    }

    /// The options for a run and a state directory below `directory`.
    static func directories(in directory: TemporaryDirectory) -> [String] {
        ["--run-dir", directory.path("run"), "--state-dir", directory.path("state")]
    }

    private static func start(
        _ executable: URL, _ arguments: [String], in directory: TemporaryDirectory,
        by manager: StandInManager? = nil
    ) async throws -> DroverProcess {
        let passed = try manager?.passedDescriptors() ?? []
        let child = try ChildProcess(
            executable, arguments, environment: manager?.environment ?? [:], descriptors: passed,
            mergesErrors: true)
        for descriptor in passed { close(descriptor) }
        let ready = try await within(.seconds(20), for: "line that says ready") { [output = child.output] in
            try await output.line { $0.contains(/\bready\b/) }
        }
        let ports = (ready ?? "").matches(of: /:(\d+)[, ]/).compactMap { UInt16($0.1) }
        guard !ports.isEmpty else { throw NotReady(output: child.output.lines) }
        return DroverProcess(child, ports: ports, directory: directory)
    }

    private init(_ child: ChildProcess, ports: [UInt16], directory: TemporaryDirectory) {
        self.child = child
        self.ports = ports
        self.directory = directory
    }

    var port: UInt16 { ports[0] }
    var output: [String] { child.output.lines }
    var address: String { "127.0.0.1:\(port)" }
    var runDirectory: String { directory.path("run") }
    /// The development certificate's file.
    var certificate: String { directory.path("state/dev-cert.pem") }
    var supervisor: ProcessInspector { ProcessInspector(child.identifier) }

    /// The workers that run now.
    func workers() throws -> [ProcessInspector] { try supervisor.children() }

    func send(_ signal: Int32) { child.send(signal) }

    /// Writes a line to the program's standard input.
    func write(line: String) throws { try child.write(line: line) }

    /// Runs a command of `drover` on this pool, and returns what it prints.
    @discardableResult
    func command(_ arguments: String...) async throws -> String { try await command(arguments) }

    @discardableResult
    func command(_ arguments: [String]) async throws -> String {
        let process = try ChildProcess(Executables.drover, arguments + ["--run-dir", runDirectory])
        #expect(try await process.exitStatus(within: .seconds(10)) == .exited(0))
        try await process.output.waitForEnd()
        return process.output.lines.joined(separator: "\n")
    }

    /// Runs a command that fails.
    func refusal(_ arguments: String...) async throws -> (status: Int32?, error: String) {
        let process = try ChildProcess(Executables.drover, arguments + ["--run-dir", runDirectory])
        let status = try await process.exitStatus(within: .seconds(10))
        try await process.errors.waitForEnd()
        guard case .exited(let number) = status else { return (nil, "") }
        return (number, process.errors.lines.joined(separator: "\n"))
    }

    func status() async throws -> PoolStatus {
        let line = try await command("status", "--json")
        let answer = try JSONDecoder().decode(ControlAnswer.self, from: Data(line.utf8))
        guard case .status(let status) = answer else { throw NotReady(output: [line]) }
        return status
    }

    /// Returns the status when it is as wanted, asking again and again: the pool tells of no change by itself.
    @discardableResult
    func waitForStatus(
        _ what: String, where isWanted: @Sendable @escaping (PoolStatus) -> Bool
    ) async throws -> PoolStatus {
        try await within(.seconds(30), for: what) {
            while true {
                let status = try await self.status()
                if isWanted(status) { return status }
            }
        }
    }

    /// Stops the pool as operators do, checks that it ends well, and returns its last counters.
    @discardableResult
    func terminate(_ signal: Int32 = SIGTERM) async throws -> FinalCounters {
        child.send(signal)
        #expect(try await exitStatus() == .exited(0))
        try await waitUntilAllEnded()
        return FinalCounters(parsing: output)
    }

    /// Returns when so many lines with this text have been written.
    func waitForLines(_ count: Int, containing text: String) async throws {
        try await within(.seconds(15), for: "\(count) lines with “\(text)”") { [output = child.output] in
            while true {
                let lines = output.lines
                if lines.count(where: { $0.contains(text) }) >= count { return }
                guard try await output.line(from: lines.count, where: { $0.contains(text) }) != nil else {
                    throw NotReady(output: lines)
                }
            }
        }
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
