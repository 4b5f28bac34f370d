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
        if held == nil { try PrivateDirectory.runDirectory(path).make() }
        lock = try FileLock.take(path, by: "lock", "run directory", option: "--run-dir", held: held)
        self.path = path
    }
}
