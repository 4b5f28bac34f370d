import Glibc
import Linux
import Testing

@Suite struct FileTests {
    /// Calls `body` with a new directory, which is removed afterwards.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/drover-test-XXXXXX".utf8CString)
        let path = String(cString: try #require(mkdtemp(&template)))
        defer { _ = system("rm -r \(path)") }
        try body(path)
    }

    @Test func aFileIsReplacedWholeWithItsMode() throws {
        try withDirectory { directory in
            let path = directory + "/key"
            try File.replace(path, with: [1, 2, 3], mode: 0o644)
            try File.replace(path, with: [4, 5], mode: 0o600)
            #expect(try File.contents(of: path) == [4, 5])
            var information = stat()
            #expect(stat(path, &information) == 0 && information.st_mode & 0o777 == 0o600)
            #expect(throws: Errno(rawValue: EFBIG)) { try File.contents(of: path, limit: 1) }
            #expect(throws: Errno.noEntry) { try File.contents(of: directory + "/none") }
        }
    }

    @Test(arguments: [0o600, 0o400, 0o711] as [UInt32])
    func aSecretIsReadThatIsOneUsersAlone(mode: UInt32) throws {
        try withDirectory { directory in
            let path = directory + "/key"
            try File.replace(path, with: [1, 2], mode: mode)
            #expect(try File.secret(in: path, limit: 2) == [1, 2])
            #expect(throws: File.SecretFailure.unreadable(Errno(rawValue: EFBIG))) {
                try File.secret(in: path, limit: 1)
            }
        }
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602] as [UInt32])
    func aSecretThatOthersHaveAPartInIsRefused(mode: UInt32) throws {
        try withDirectory { directory in
            let path = directory + "/key"
            try File.replace(path, with: [1, 2], mode: mode)
            #expect(throws: File.SecretFailure.openToOthers(mode: mode)) {
                try File.secret(in: path, limit: 2)
            }
        }
    }

    @Test(.enabled(if: Host.isRoot)) func aDirectoryIsMadeForAUserUnlessSomethingIsInIt() throws {
        try withDirectory { directory in
            let nobody = try #require(try UserAccount(named: "nobody"))
            let (path, owners) = (directory + "/a", [nobody.userID])
            try Directory.make(path, for: nobody)
            #expect(try Directory.objection(to: path, forbidding: 0o077, owners: owners) == nil)
            // Again, and where it was root's and empty.
            try Directory.make(path, for: nobody)
            chown(path, 0, 0)
            try Directory.make(path, for: nobody)
            #expect(try Directory.objection(to: path, forbidding: 0o077, owners: owners) == nil)
            chown(path, 0, 0)
            try File.replace(path + "/file", with: [], mode: 0o600)
            try Directory.make(path, for: nobody)
            #expect(
                try Directory.objection(to: path, forbidding: 0, owners: owners) == .otherOwner(userID: 0))
        }
    }

    @Test func aDirectoryIsMadePrivate() throws {
        try withDirectory { directory in
            let path = directory + "/a/b"
            try Directory.make(path + "//")
            try Directory.make(path)
            #expect(try Directory.objection(to: path, forbidding: 0o077) == nil)
            chmod(path, 0o755)
            #expect(try Directory.objection(to: path, forbidding: 0o022) == nil)
            #expect(try Directory.objection(to: path, forbidding: 0o077) == .openToOthers(mode: 0o755))
            try File.replace(path + "/file", with: [], mode: 0o600)
            #expect(try Directory.objection(to: path + "/file", forbidding: 0) == .noDirectory)
        }
    }

    @Test(.enabled(if: Host.isRoot)) func aDirectoryOfAnotherUserIsNotPrivate() throws {
        try withDirectory { directory in
            #expect(chown(directory, 1, 1) == 0)
            let objection = try Directory.objection(to: directory, forbidding: 0o022)
            #expect(objection == .otherOwner(userID: 1))
        }
    }

    /// Whoever can write to the directory could have put anything in the way of the new contents.
    @Test func whatIsInTheWayOfANewFileIsNotWrittenTo() throws {
        try withDirectory { directory in
            let path = directory + "/key"
            let temporaryPath = "\(path).\(getpid())"
            try File.replace(directory + "/other", with: [9], mode: 0o644)
            #expect(symlink(directory + "/other", temporaryPath) == 0)
            try File.replace(path, with: [1], mode: 0o600)
            #expect(link(directory + "/other", temporaryPath) == 0)
            try File.replace(path, with: [2], mode: 0o600)
            #expect(try File.contents(of: path) == [2])
            #expect(try File.contents(of: directory + "/other") == [9])
        }
    }

    @Test func aLockIsHeldByOne() throws {
        try withDirectory { directory in
            let path = directory + "/lock"
            #expect(try isFree(path))
            do {
                let lock = try FileLock.acquire(path)
                #expect(try !isFree(path))
                _ = consume lock
            }
            #expect(try isFree(path))
        }
    }

    /// Whether the lock can be had; it is given up again.
    private func isFree(_ path: String) throws(Errno) -> Bool {
        switch try FileLock.acquire(path) {
        case .some: true
        case .none: false
        }
    }
}
