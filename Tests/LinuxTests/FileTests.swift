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

    @Test func aDirectoryIsMadePrivate() throws {
        try withDirectory { directory in
            let path = directory + "/a/b"
            try Directory.make(path)
            try Directory.make(path)
            #expect(try Directory.isPrivate(path))
            chmod(path, 0o777)
            #expect(try !Directory.isPrivate(path))
            try File.replace(path + "/file", with: [], mode: 0o600)
            #expect(try !Directory.isPrivate(path + "/file"))
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
