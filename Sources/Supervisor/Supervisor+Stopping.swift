private import EventLoop

extension Supervisor {
    /// Stops the pool, on any thread: in order, or at once. It does nothing once the pool is stopped.
    package typealias Stopper = @Sendable (_ isAtOnce: Bool) -> Void

    package func makeStopper() -> Stopper {
        // The loop's thread alone uses it.
        nonisolated(unsafe) let supervisor = self
        return { isAtOnce in
            Task { @LoopActor in
                supervisor.stop()
                if isAtOnce { supervisor.stop() }
            }
        }
    }
}
