import Testing

extension PythonClient {
    /// Runs visit.py to its end.
    ///
    /// - Returns: what each connection saw, in order.
    static func visit(_ pool: DroverProcess, _ arguments: String...) async throws -> [VisitReport] {
        try await visit(pool, arguments)
    }

    static func visit(_ pool: DroverProcess, _ arguments: [String]) async throws -> [VisitReport] {
        try await visit(port: pool.port, arguments)
    }

    static func visit(port: UInt16, _ arguments: [String]) async throws -> [VisitReport] {
        let client = try PythonClient("visit.py", port: port, arguments)
        let status = try await client.exitStatus(within: .seconds(60))
        let visits = try client.events("visit", as: VisitReport.self)
        guard !visits.isEmpty else { throw NoEvent(name: "visit", errors: client.errors) }
        #expect(status == .exited(visits.allSatisfy(\.ok) ? 0 : 1))
        return visits
    }

    /// Runs probe.py to its end.
    static func probe(_ pool: DroverProcess, _ arguments: [String]) async throws -> ProbeReport {
        let client = try PythonClient("probe.py", port: pool.port, arguments)
        return try await client.event("probe", as: ProbeReport.self, within: .seconds(30))
    }
}
