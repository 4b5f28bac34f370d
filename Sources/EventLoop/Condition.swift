/// Where async code waits until something may have changed. A wake-up promises nothing: the waiter looks again.
///
/// `@unchecked Sendable`: confined to the loop's thread; only a cancellation handler, which runs anywhere, passes
/// it on, and that hops to the loop before it touches anything.
package final class Condition: @unchecked Sendable {
    private var waiters: [UnsafeContinuation<Void, Never>] = []

    package init() {}

    /// Wakes all that wait.
    package func notify() {
        // Resuming queues a job and runs nothing yet, so nobody changes the list meanwhile.
        for waiter in waiters { waiter.resume() }
        waiters.removeAll(keepingCapacity: true)
    }

    /// Waits for `notify`, or for the task to be cancelled: a task that is cancelled does not wait.
    @LoopActor
    package func wait() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled { return continuation.resume() }
                waiters.append(continuation)
            }
        } onCancel: {
            Task { @LoopActor in notify() }
        }
    }
}
