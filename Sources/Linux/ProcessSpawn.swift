private import CLinux
private import Glibc

/// Starts processes, of this executable above all.
package enum ProcessSpawn {
    /// Where `spawn` puts the inherited descriptor.
    package static let inheritedDescriptor: Int32 = 3

    /// Starts a process; by default of this executable as it was when this process started, even if its file
    /// was replaced since.
    ///
    /// The new process has the standard descriptors and `inherited` as descriptor 3, no other; no signal
    /// is blocked or ignored in it; and it leads a process group of its own, so that a Ctrl-C on the terminal
    /// reaches only this process.
    package static func spawn(
        executable: String = "/proc/self/exe", arguments: [String], environment: [String],
        inheriting inherited: borrowing PacketChannel
    ) throws(Errno) -> ProcessHandle {
        let pid = try withCStrings(arguments) { arguments throws(Errno) in
            try withCStrings(environment) { environment throws(Errno) in
                try shim { clinux_spawn(executable, arguments, environment, inherited.rawValue) }
            }
        }
        return try ProcessHandle(child: pid)
    }

    /// This process's environment, as `NAME=value`.
    package static var environment: [String] {
        var strings: [String] = []
        var next = clinux_environment()
        while let entry = next?.pointee {
            strings.append(String(cString: entry))
            next = next?.successor()
        }
        return strings
    }

    /// Calls `body` with a null-terminated array of C strings, as exec takes them.
    static func withCStrings<Result, Failure: Error>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var pointers = strings.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return try pointers.withUnsafeBufferPointer { buffer throws(Failure) in try body(buffer.baseAddress!)
        }
    }
}
