private import Glibc

/// A user of this host, as its user database has it (getpwnam(3)).
package struct UserAccount: Hashable, Sendable {
    package let name: String
    package let userID: UInt32
    package let groupID: UInt32

    /// Looks a user up, and the group where one is named; else the user's own is taken.
    ///
    /// - Returns: nil where there is no such user, or no such group.
    package init?(named name: String, group: String? = nil) throws(Errno) {
        // C ends a text at its first NUL.
        guard !name.utf8.contains(0), group?.utf8.contains(0) != true else { return nil }
        var entry: (userID: UInt32, groupID: UInt32)?
        try Self.withBuffer { buffer in
            var record = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let error = getpwnam_r(name, &record, buffer.baseAddress!, buffer.count, &found)
            if found != nil { entry = (record.pw_uid, record.pw_gid) }
            return error
        }
        guard var entry else { return nil }
        if let group {
            var groupID: UInt32?
            try Self.withBuffer { buffer in
                var record = Glibc.group()
                var found: UnsafeMutablePointer<Glibc.group>?
                let error = getgrnam_r(group, &record, buffer.baseAddress!, buffer.count, &found)
                if found != nil { groupID = record.gr_gid }
                return error
            }
            guard let groupID else { return nil }
            entry.groupID = groupID
        }
        self.name = name
        (userID, groupID) = entry
    }

    /// Calls `body`, which returns an error number, with a buffer for an entry's texts; again with a larger one where it
    /// is too small, as groups can have many members.
    private static func withBuffer(_ body: (UnsafeMutableBufferPointer<CChar>) -> Int32) throws(Errno) {
        var size = 4096
        while true {
            let error = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size, body)
            if error == ERANGE, size < 1 << 24 {
                size *= 4
                continue
            }
            // What the database says where there is no entry differs by its kind.
            guard [0, ENOENT, ESRCH, EINTR].contains(error) else { throw Errno(rawValue: error) }
            if error != EINTR { return }
        }
    }
}
