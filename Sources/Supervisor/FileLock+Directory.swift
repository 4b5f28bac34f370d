import Control
import Linux

extension FileLock {
    /// Takes a directory of the pool's for this process alone.
    ///
    /// - Parameters:
    ///   - file: the file in it that is locked.
    ///   - what: what the directory is, for messages.
    ///   - option: which option names it.
    ///   - held: the lock that this process has from a former program.
    static func take(
        _ directory: String, by file: String, _ what: String, option: String, held: Int32?
    ) throws(StartupFailure) -> FileLock {
        if let held { return FileLock(adopting: FileDescriptor(owning: held)) }
        let lock: FileLock?
        do {
            lock = try FileLock.acquire("\(directory)/\(file)")
        } catch {
            throw StartupFailure(unusable: "\(what) \(directory)", option: option, error)
        }
        guard let lock else {
            throw StartupFailure(
                .configuration, "\(what) \(directory)", why: "another drover holds it",
                remedy: "stop that one or choose another \(option)")
        }
        return lock
    }
}
