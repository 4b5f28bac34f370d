private import CLinux
private import Glibc

/// A program's file, held open so that what is started is what was looked at, whatever its path names by then.
package struct Executable: ~Copyable {
    private let fileDescriptor: FileDescriptor

    /// Opens the file at `path`.
    package init(_ path: String) throws(Errno) {
        fileDescriptor = FileDescriptor(owning: try shim { clinux_open_executable(path) })
    }

    package init(adopting fileDescriptor: consuming FileDescriptor) {
        self.fileDescriptor = fileDescriptor
    }

    /// The program of this process, even if its file was replaced since it was started.
    package static func current() throws(Errno) -> Executable { try Executable("/proc/self/exe") }

    /// The path that this process's program was started from, which may name another one by now.
    package static func currentPath() throws(Errno) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try syscall {
            buffer.withUnsafeMutableBytes { octets in
                readlink("/proc/self/exe", octets.bindMemory(to: CChar.self).baseAddress!, octets.count)
            }
        }
        let path = String(decoding: buffer[..<count], as: UTF8.self)
        // As the kernel says where the file is gone.
        let mark = " (deleted)"
        return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
    }

    package var rawValue: Int32 { fileDescriptor.rawValue }

    /// Replaces this process's program by it, which finds the descriptors `inherited` open. Returns only where that fails: then
    /// nothing has changed.
    package func replaceProcess(
        arguments: [String], environment: [String], inheriting inherited: [Int32]
    ) -> Errno {
        for descriptor in inherited { _ = clinux_set_inherited(descriptor, 1) }
        let result: Int32 = ProcessSpawn.withCStrings(arguments) { arguments in
            ProcessSpawn.withCStrings(environment) { environment in
                clinux_exec(rawValue, arguments, environment)
            }
        }
        for descriptor in inherited { _ = clinux_set_inherited(descriptor, 0) }
        return Errno(rawValue: -result)
    }
}
