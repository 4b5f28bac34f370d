private import Glibc
package import Linux
private import Synchronization

/// Runs Swift's jobs on the thread of an `EventLoop`: the place where async code meets it.
///
/// Jobs come from the loop's own thread almost always (a continuation resumed by a packet) and from others
/// rarely; both go through one small lock, which the loop takes to swap the queue out.
package final class LoopExecutor: TaskExecutor, SerialExecutor {
    struct Queue {
        var jobs: [UnownedJob] = []
        /// Whether the loop may be waiting for events, and must be woken.
        var isWaiting = false
    }

    private let queue = Mutex(Queue())
    private let thread = Atomic<UInt>(0)
    /// Readable when a job was queued while the loop waited.
    let wakeUp: EventCounter

    package init() throws(Errno) {
        wakeUp = try EventCounter()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isWaiting = false }
            return queue.isWaiting
        }
        if mustWake { wakeUp.signal() }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(isLoopThread, "not on the thread of the event loop")
    }

    package func isIsolatingCurrentContext() -> Bool? { isLoopThread }

    private var isLoopThread: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Whether there is a thread that runs the jobs.
    var hasThread: Bool { thread.load(ordering: .relaxed) != 0 }

    /// Makes the calling thread the one that runs the jobs.
    func adoptCurrentThread() {
        precondition(!hasThread, "two loops run the jobs of one executor")
        thread.store(UInt(pthread_self()), ordering: .relaxed)
    }

    /// No thread runs the jobs any more.
    func leaveThread() {
        thread.store(0, ordering: .relaxed)
    }

    /// Whether the loop may wait for events: nothing is queued, and who queues from now on wakes it.
    func prepareToWait() -> Bool {
        queue.withLock { queue in
            queue.isWaiting = queue.jobs.isEmpty
            return queue.isWaiting
        }
    }

    /// The loop is awake: who queues from now on need not wake it.
    func stopWaiting() {
        queue.withLock { $0.isWaiting = false }
    }

    /// Runs what is queued now; what these jobs queue runs in the next turn.
    ///
    /// - Parameter buffer: empty, kept by the caller so that a turn allocates nothing.
    func runJobs(buffer: inout [UnownedJob]) {
        queue.withLock { swap(&$0.jobs, &buffer) }
        for job in buffer {
            job.runSynchronously(
                isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
