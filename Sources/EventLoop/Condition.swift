/// Where async code waits until something may have changed. A wake-up promises nothing: the waiter looks again.
///
/// `@unchecked Sendable`: confined to the loop's thread; only a cancellation handler, which runs anywhere, passes
/// it on, and that hops to the loop before it touches anything.
package final class Condition: @unchecked Sendable {
    private var waiters: [UnsafeContinuation<Void, Never>] = []
    /// How often `notify` was called.
    @usableFromInline private(set) var changes: UInt64 = 0

    package init() {}

    /// Wakes all that wait.
    package func notify() {
        changes &+= 1
        // Resuming queues a job and runs nothing yet, so nobody changes the list meanwhile.
        for waiter in waiters { waiter.resume() }
        waiters.removeAll(keepingCapacity: true)
    }

    /// Looks for something now and after each `notify`, until it is there.
    ///
    /// - Throws: what `look` throws; `CancellationError`.
    @LoopActor @inlinable
    package func first<Element>(_ look: () throws -> Element?) async throws -> Element {
        while true {
            let seen = changes
            if let element = try look() { return element }
            try Task.checkCancellation()
            await wait(after: seen)
        }
    }

    /// Waits for the `notify` after so many, or for the task to be cancelled: a task that is cancelled does not wait.
    ///
    /// A task that was not made on the loop comes here by way of the loop's queue, and misses nothing meanwhile.
    @LoopActor @usableFromInline
    func wait(after seen: UInt64) async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled || changes != seen { return continuation.resume() }
                waiters.append(continuation)
            }
        } onCancel: {
            Task { @LoopActor in notify() }
        }
    }
}
