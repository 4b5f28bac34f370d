private import Glibc
package import Linux
private import Synchronization

/// The thread of the process's loop, where nothing else runs one.
package enum LoopThread {
    private static let started: Result<Void, Errno> = Result { () throws(Errno) in try start() }
    private static let isStarted = Atomic(false)

    /// Whether the process has such a thread: it runs no other loop then.
    package static var isThere: Bool { isStarted.load(ordering: .relaxed) }

    /// Makes sure that a loop runs, on a thread of its own unless it does already; it runs as long as the process.
    package static func ensure() throws(Errno) {
        if !LoopActor.executor.hasThread { try started.get() }
    }

    private static func start() throws(Errno) {
        isStarted.store(true, ordering: .relaxed)
        let loop = Unmanaged.passRetained(try EventLoop())
        var thread = pthread_t()
        let error = pthread_create(
            &thread, nil,
            { loop in
                do {
                    try Unmanaged<EventLoop>.fromOpaque(loop!).takeRetainedValue().run()
                } catch {
                    fatalError("event loop: \(error)")
                }
                return nil
            }, loop.toOpaque())
        guard error == 0 else {
            loop.release()
            throw Errno(rawValue: error)
        }
        pthread_detach(thread)
    }
}
