import Control
import Linux

/// The pool's directory for what lives as long as it runs, held by one supervisor.
struct RunDirectory: ~Copyable {
    let path: String
    private let lock: FileLock

    /// What keeps other pools out.
    var lockDescriptor: Int32 { lock.rawValue }

    /// Makes the directory if need be, and takes it.
    ///
    /// - Parameter held: the lock that this process has from a former program.
    init(_ path: String, held: Int32? = nil) throws(StartupFailure) {
        if let held {
            self.path = path
            lock = FileLock(adopting: FileDescriptor(owning: held))
            return
        }
        try PrivateDirectory.runDirectory(path).make()
        let what = "run directory \(path)"
        let lock: FileLock?
        do {
            lock = try FileLock.acquire("\(path)/lock")
        } catch {
            throw StartupFailure(unusable: what, option: "--run-dir", error)
        }
        guard let lock else {
            throw StartupFailure(
                .configuration, what, why: "another drover holds it",
                remedy: "stop that one or choose another --run-dir")
        }
        self.path = path
        self.lock = lock
    }
}
