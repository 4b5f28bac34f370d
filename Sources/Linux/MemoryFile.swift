private import CLinux
private import Glibc

/// A file that only has a descriptor (memfd): what a program leaves to the next one of its process.
package enum MemoryFile {
    /// Makes one with these contents, close-on-exec.
    package static func make(_ name: String, _ contents: [UInt8]) throws(Errno) -> FileDescriptor {
        let file = FileDescriptor(owning: try shim { clinux_memory_file(name) })
        try File.write(contents, to: file.rawValue)
        return file
    }

    /// Reads one that is only borrowed, from its beginning.
    ///
    /// - Throws: EFBIG where it is longer than `limit` octets; EBADF where it is none.
    package static func contents(of rawValue: Int32, limit: Int) throws(Errno) -> [UInt8] {
        try syscall { lseek(rawValue, 0, SEEK_SET) }
        return try File.contents(of: FileDescriptor(duplicating: rawValue), limit: limit)
    }
}
