private import Glibc

/// Directories that belong to one user alone.
package enum Directory {
    /// Makes the directory with mode 0700, and those above it that are missing with 0755; nothing happens to
    /// one that is there.
    package static func make(_ path: String) throws(Errno) {
        // What follows the last slash is the directory itself.
        var path = path[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        for (index, character) in zip(path.indices, path) where character == "/" && index != path.startIndex {
            try makeOne(String(path[..<index]), mode: 0o755)
        }
        try makeOne(String(path), mode: 0o700)
    }

    private static func makeOne(_ path: String, mode: UInt32) throws(Errno) {
        do throws(Errno) {
            try syscall { mkdir(path, mode) }
        } catch .exists {
        }
    }

    /// Why a directory is not one user's alone.
    package enum Objection: Hashable, Sendable {
        case noDirectory
        case otherOwner(userID: UInt32)
        /// Others may do what they must not; `mode` is all that is allowed to anybody.
        case openToOthers(mode: UInt32)
    }

    /// Why this is no directory of this user's, or of root's, that allows others nothing of `forbidden`; nil where
    /// it is one.
    ///
    /// - Parameter forbidden: mode bits, such as 0o022: group and others cannot write.
    package static func objection(to path: String, forbidding forbidden: UInt32) throws(Errno) -> Objection? {
        var information = stat()
        try syscall { stat(path, &information) }
        let mode = information.st_mode & 0o777
        if information.st_mode & S_IFMT != S_IFDIR { return .noDirectory }
        if ![0, geteuid()].contains(information.st_uid) { return .otherOwner(userID: information.st_uid) }
        return mode & forbidden == 0 ? nil : .openToOthers(mode: mode)
    }
}
