import Control
import Linux

/// The pool's directory for what lives as long as it runs, held by one supervisor.
struct RunDirectory: ~Copyable {
    let path: String
    private let lock: FileLock

    /// Makes the directory if need be, and takes it.
    init(_ path: String) throws(StartupFailure) {
        try PrivateDirectory.make(path, name: "run directory", option: "--run-dir", forbidding: .any)
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
