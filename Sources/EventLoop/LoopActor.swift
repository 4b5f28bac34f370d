private import Linux

/// Isolates code to the process's event loop: what is `@LoopActor` runs on the loop's thread, and calls
/// within it need no hop. A `Task` made there stays there.
@globalActor
public actor LoopActor {
    public static let shared = LoopActor()

    /// The executor of the process's one loop.
    package static let executor = makeExecutor()

    /// The process's one loop, once it runs. Confined to its thread.
    package nonisolated(unsafe) static var loop: EventLoop?

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        Self.executor.asUnownedSerialExecutor()
    }

    private static func makeExecutor() -> LoopExecutor {
        do {
            return try LoopExecutor()
        } catch {
            fatalError("event loop: eventfd: \(error)")
        }
    }
}
