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

    /// Makes the directory likewise for another user, who gets it where it is root's and empty, too.
    package static func make(_ path: String, for user: UserAccount) throws(Errno) {
        try make(path)
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let directory = FileDescriptor(owning: try syscall { open(path, flags) })
        let rawValue = directory.rawValue
        var information = stat()
        try syscall { fstat(rawValue, &information) }
        // One with anything in it may be there for something else.
        guard information.st_uid == 0, try isEmpty(directory) else { return }
        try syscall { fchown(rawValue, user.userID, user.groupID) }
    }

    private static func isEmpty(_ directory: borrowing FileDescriptor) throws(Errno) -> Bool {
        guard let stream = fdopendir(try FileDescriptor(duplicating: directory.rawValue).release()) else {
            throw .current
        }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        // `.` and `..`
        return count <= 2
    }

    /// Why a directory is not one user's alone.
    package enum Objection: Hashable, Sendable {
        case noDirectory
        case otherOwner(userID: UInt32)
        /// Others may do what they must not; `mode` is all that is allowed to anybody.
        case openToOthers(mode: UInt32)
    }

    /// Why this is no directory of one of these users that allows others nothing of `forbidden`; nil where it is one.
    ///
    /// - Parameters:
    ///   - forbidden: mode bits, such as 0o022: group and others cannot write.
    ///   - owners: the IDs of users whose it may be; by default this process's and root's.
    package static func objection(
        to path: String, forbidding forbidden: UInt32, owners: [UInt32] = [0, geteuid()]
    ) throws(Errno) -> Objection? {
        var information = stat()
        try syscall { stat(path, &information) }
        let mode = information.st_mode & 0o777
        if information.st_mode & S_IFMT != S_IFDIR { return .noDirectory }
        if !owners.contains(information.st_uid) { return .otherOwner(userID: information.st_uid) }
        return mode & forbidden == 0 ? nil : .openToOthers(mode: mode)
    }
}
