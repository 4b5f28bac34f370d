/// What a test waited for did not happen in time.
struct DeadlineExceeded: Error, CustomStringConvertible {
    let awaited: String
    let deadline: Duration

    var description: String { "no \(awaited) within \(deadline)" }
}

/// Runs `body`, and cancels it where it takes longer than `deadline`.
func within<Result: Sendable>(
    _ deadline: Duration, for awaited: String, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: deadline)
            throw DeadlineExceeded(awaited: awaited, deadline: deadline)
        }
        defer { group.cancelAll() }
        return try await group.next()!
    }
}
