import Foundation
import Testing

/// A client out of Clients/, written by others on other QUIC libraries; it reports in JSON lines.
final class PythonClient: Sendable {
    struct NoEvent: Error, CustomStringConvertible {
        let name: String
        let errors: [String]
        var description: String { "the client ended without “\(name)”:\n" + errors.joined(separator: "\n") }
    }

    private struct Envelope: Decodable {
        let event: String
    }

    private let child: ChildProcess
    private static let decoder = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }()

    convenience init(
        _ script: String, port: UInt16, _ arguments: [String] = [], launcher: [String] = []
    ) throws {
        try self.init(script, ["--port", "\(port)"] + arguments, launcher: launcher)
    }

    /// - Parameters:
    ///   - python: the interpreter.
    ///   - launcher: a program and its arguments that starts the command that follows them.
    init(
        _ script: String, _ arguments: [String], python: URL = Executables.python, launcher: [String] = []
    ) throws {
        let command =
            launcher + [python.path, Executables.clients.appending(path: script).path] + arguments
        child = try ChildProcess(
            URL(filePath: command[0]), Array(command[1...]), environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    }

    /// What it wrote to standard error.
    var errors: [String] { child.errors.lines }

    /// The events of this name so far.
    func events<Event: Decodable & Sendable>(_ name: String, as type: Event.Type) throws -> [Event] {
        try child.output.lines.filter { Self.isEvent($0, name) }.map(Self.decode)
    }

    /// The first event of this name after the first `skipped` lines.
    func event<Event: Decodable & Sendable>(
        _ name: String, as type: Event.Type, after skipped: Int = 0, within deadline: Duration
    ) async throws -> Event {
        let line = try await within(deadline, for: "event “\(name)”") { [output = child.output] in
            try await output.line(from: skipped) { Self.isEvent($0, name) }
        }
        guard let line else { throw NoEvent(name: name, errors: child.errors.lines) }
        return try Self.decode(line)
    }

    /// The events of this name, once there are `count` of them.
    func events<Event: Decodable & Sendable>(
        _ name: String, as type: Event.Type, count: Int, within deadline: Duration
    ) async throws -> [Event] {
        try await within(deadline, for: "\(count) events “\(name)”") { [self] in
            while true {
                let line = lineCount
                let events = try events(name, as: type)
                if events.count >= count { return events }
                _ = try await event(name, as: type, after: line, within: deadline)
            }
        }
    }

    /// How many lines there are; what comes later comes after them.
    var lineCount: Int { child.output.lines.count }

    /// Asks hold.py for a `progress` event.
    func askForProgress() throws { try child.write(line: "") }

    /// Tells hold.py to end.
    func closeInput() throws { try child.closeInput() }

    func send(_ signal: Int32) { child.send(signal) }

    /// Waits for the end; the status is 0 where the client verified all that it had to.
    func exitStatus(within deadline: Duration) async throws -> ChildProcess.ExitStatus {
        let status = try await child.exitStatus(within: deadline)
        try await within(.seconds(5), for: "end of the client's output") { [output = child.output] in
            try await output.waitForEnd()
        }
        return status
    }

    private static func isEvent(_ line: String, _ name: String) -> Bool {
        (try? decoder.decode(Envelope.self, from: Data(line.utf8)))?.event == name
    }

    private static func decode<Event: Decodable>(_ line: String) throws -> Event {
        try decoder.decode(Event.self, from: Data(line.utf8))
    }
}
