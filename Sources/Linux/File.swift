private import Glibc

/// Small files, read and written whole.
package enum File {
    /// Reads a file.
    ///
    /// - Throws: EFBIG where it is longer than `limit` octets.
    package static func contents(of path: String, limit: Int = 1 << 20) throws(Errno) -> [UInt8] {
        try contents(
            of: FileDescriptor(owning: try syscall { open(path, O_RDONLY | O_CLOEXEC) }), limit: limit)
    }

    /// Why a file cannot be read that is to be one user's alone.
    package enum SecretFailure: Error, Hashable, Sendable {
        case unreadable(Errno)
        /// Others may read or write it; `mode` is all that is allowed to anybody.
        case openToOthers(mode: UInt32)
    }

    /// Reads a file that group and others must not read or write.
    package static func secret(in path: String, limit: Int) throws(SecretFailure) -> [UInt8] {
        let mode: UInt32
        do throws(Errno) {
            let file = FileDescriptor(owning: try syscall { open(path, O_RDONLY | O_CLOEXEC) })
            // Of the file that is open: what the path names may be another by now.
            var information = stat()
            try syscall { fstat(file.rawValue, &information) }
            mode = information.st_mode & 0o777
            if mode & 0o066 == 0 { return try contents(of: file, limit: limit) }
        } catch {
            throw .unreadable(error)
        }
        throw .openToOthers(mode: mode)
    }

    static func contents(of file: borrowing FileDescriptor, limit: Int) throws(Errno) -> [UInt8] {
        var contents: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = try syscall { read(file.rawValue, &part, part.count) }
            if count == 0 { return contents }
            contents += part[..<count]
            if contents.count > limit { throw Errno(rawValue: EFBIG) }
        }
    }

    /// Replaces a file in one step, so that whoever reads it, and a crash, finds the old contents or the new.
    package static func replace(_ path: String, with contents: [UInt8], mode: UInt32) throws(Errno) {
        let temporaryPath = "\(path).\(getpid())"
        let file = try create(temporaryPath, mode: mode)
        do throws(Errno) {
            // The mode of open is subject to the umask.
            try syscall { fchmod(file.rawValue, mode) }
            try write(contents, to: file.rawValue)
            try syscall { fsync(file.rawValue) }
            try syscall { rename(temporaryPath, path) }
        } catch {
            unlink(temporaryPath)
            throw error
        }
    }

    /// Makes a file that was not there. One that was, left behind or put there by another, is removed: what it is
    /// and who has it open is not known.
    private static func create(_ path: String, mode: UInt32) throws(Errno) -> FileDescriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        do throws(Errno) {
            return FileDescriptor(owning: try syscall { open(path, flags, mode) })
        } catch .exists {
            try syscall { unlink(path) }
            return FileDescriptor(owning: try syscall { open(path, flags, mode) })
        }
    }

    static func write(_ contents: [UInt8], to descriptor: Int32) throws(Errno) {
        var offset = 0
        while offset < contents.count {
            offset += try syscall {
                contents.withUnsafeBytes { bytes in
                    Glibc.write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
                }
            }
        }
    }
}
