private import Linux

/// Isolates code to the process's event loop: what is `@LoopActor` runs on the loop's thread, and calls
/// within it need no hop. A `Task` made there stays there.
@globalActor
public actor LoopActor {
    public static let shared = LoopActor()

    /// The executor of the process's one loop.
    package static let executor = makeExecutor()

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        Self.executor.asUnownedSerialExecutor()
    }

    /// Calls `body` in isolation. The caller runs on the loop's thread, in a callback that the compiler cannot
    /// know to be isolated.
    package static func assumeIsolated<Result: Sendable>(
        _ body: @LoopActor () throws -> Result
    ) rethrows -> Result {
        executor.checkIsolated()
        // As MainActor.assumeIsolated does: the isolation is no part of the representation.
        return try withoutActuallyEscaping(body) { body in
            try unsafeBitCast(body, to: (() throws -> Result).self)()
        }
    }

    private static func makeExecutor() -> LoopExecutor {
        do {
            return try LoopExecutor()
        } catch {
            fatalError("event loop: eventfd: \(error)")
        }
    }
}
