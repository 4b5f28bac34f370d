private import Glibc

/// Directories that belong to one user alone.
package enum Directory {
    /// Makes the directory with mode 0700, and those above it that are missing with 0755; nothing happens to
    /// one that is there.
    package static func make(_ path: String) throws(Errno) {
        for (index, character) in zip(path.indices, path) where character == "/" && index != path.startIndex {
            try makeOne(String(path[..<index]), mode: 0o755)
        }
        try makeOne(path, mode: 0o700)
    }

    private static func makeOne(_ path: String, mode: UInt32) throws(Errno) {
        do throws(Errno) {
            try syscall { mkdir(path, mode) }
        } catch .exists {
        }
    }

    /// Whether this is a directory of this user's that nobody else can write to.
    package static func isPrivate(_ path: String) throws(Errno) -> Bool {
        var information = stat()
        try syscall { stat(path, &information) }
        return information.st_mode & S_IFMT == S_IFDIR && information.st_uid == geteuid()
            && information.st_mode & 0o022 == 0
    }
}
