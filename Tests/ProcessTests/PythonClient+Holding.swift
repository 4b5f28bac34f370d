// What hold.py is asked.
extension PythonClient {
    /// How far each connection is now.
    func progress() async throws -> [HeldConnection] {
        let line = lineCount
        try askForProgress()
        return try await event("progress", as: HeldConnections.self, after: line, within: .seconds(10))
            .connections
    }

    /// Returns when each of `connections` has verified more bytes than it says.
    func waitForProgress(beyond connections: [HeldConnection]) async throws {
        try await within(.seconds(20), for: "progress of all that were not lost") {
            while true {
                let now = try await self.progress()
                if connections.allSatisfy({ now[$0.index].verified > $0.verified }) { return }
            }
        }
    }
}
