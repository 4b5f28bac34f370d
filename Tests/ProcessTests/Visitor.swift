import Foundation
import Testing

/// Drover's own client (Tests/Fixtures/Visitor).
enum Visitor {
    /// What one of its connections saw.
    struct Report: Decodable, Sendable {
        let ok: Bool
        /// The code of the `QUICError`.
        let failure: String?
        let transportCode: UInt64?
        let applicationCode: UInt64?
        let echoed: Int
        let datagrams: Int
        let resumed: Bool
        let alpn: String?
        /// What the server said last, where it was to be read.
        let text: String?
        /// After each step.
        let localPorts: [UInt16]
        let remotePorts: [UInt16]
    }

    /// Runs it to its end.
    static func visit(port: UInt16, _ arguments: String...) async throws -> [Report] {
        try await visit(port: port, arguments)
    }

    static func visit(port: UInt16, _ arguments: [String]) async throws -> [Report] {
        try await reports(of: start(port: port, arguments))
    }

    static func start(port: UInt16, _ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(Executables.visitor, ["--port", "\(port)"] + arguments)
    }

    /// What it prints until its end.
    static func reports(of process: ChildProcess) async throws -> [Report] {
        let status = try await process.exitStatus(within: .seconds(60))
        try await process.output.waitForEnd()
        #expect(status == .exited(0), "\(process.errors.lines)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try process.output.lines.map { try decoder.decode(Report.self, from: Data($0.utf8)) }
    }
}
