private import Glibc

/// A file that lines are added to, by several processes perhaps: each goes in one piece to the end.
package final class AppendedFile: Sendable {
    private let rawValue: Int32

    /// Opens the file, made for its owner alone if there is none.
    package init(_ path: String) throws(Errno) {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        rawValue = try syscall { open(path, flags, 0o600) }
    }

    deinit {
        close(rawValue)
    }

    /// Adds a line, whose end is not in `octets`. What cannot be written is lost.
    package func append(line octets: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(byteCount: octets.count + 1, alignment: 1) { line in
            line.copyMemory(from: octets)
            line[octets.count] = UInt8(ascii: "\n")
            _ = write(rawValue, line.baseAddress, line.count)
        }
    }
}
