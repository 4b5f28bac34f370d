private import Glibc

/// An exclusive lock that this process holds on a file, until the value or the process ends.
package struct FileLock: ~Copyable {
    private let fileDescriptor: FileDescriptor

    /// Locks the file, made if there is none; nil where another process holds the lock.
    ///
    /// flock, not fcntl: that lock is lost when the process closes any descriptor of the file. The file stays
    /// when the lock is given up: to remove it would let two processes lock two files of one name.
    package static func acquire(_ path: String) throws(Errno) -> FileLock? {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let descriptor = FileDescriptor(owning: try syscall { open(path, flags, 0o600) })
        let result = try nonBlockingSyscall { flock(descriptor.rawValue, LOCK_EX | LOCK_NB) }
        return result == nil ? nil : FileLock(adopting: descriptor)
    }

    /// Goes on with a lock that this process took in another program.
    package init(adopting fileDescriptor: consuming FileDescriptor) {
        self.fileDescriptor = fileDescriptor
    }

    package var rawValue: Int32 { fileDescriptor.rawValue }
}
