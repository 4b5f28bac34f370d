private import Glibc

/// The descriptors that a service manager passes to a service as it starts it, with their names: LISTEN_PID, LISTEN_FDS
/// and LISTEN_FDNAMES of sd_listen_fds(3).
package struct PassedDescriptors {
    /// Why the variables cannot be understood.
    package struct Malformed: Error, Hashable, Sendable {
        /// A variable with its value.
        package let what: String
        package let why: String
    }

    package static let first: Int32 = 3
    private static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]

    /// The names, of `first` and those that follow; without names each is `unknown`.
    package let names: [String]

    /// Reads the variables' values, nil for those that are not set.
    ///
    /// - Parameter processID: this process's. What is another's, as that has passed them on unknowingly, counts for
    ///   nothing.
    package init(
        pid: String?, count countText: String?, names namesText: String?, processID: Int32
    ) throws(Malformed) {
        guard let pid, let countText, Int32(pid) == processID else {
            names = []
            return
        }
        // The kernel numbers no descriptor higher than this.
        guard let count = Int32(countText), (0..<1 << 20).contains(count) else {
            throw Malformed(what: "LISTEN_FDS=\(countText)", why: "it is no number of descriptors")
        }
        guard let namesText else {
            names = Array(repeating: "unknown", count: Int(count))
            return
        }
        names =
            count == 0
            ? [] : namesText.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard names.count == count else {
            throw Malformed(
                what: "LISTEN_FDNAMES=\(namesText)",
                why: "it has \(names.count) names for \(count) descriptors")
        }
    }

    /// Reads this process's environment, and removes the variables from it: what it starts or becomes gets other
    /// descriptors.
    package static func take() throws(Malformed) -> PassedDescriptors {
        let values = variables.map(Host.environment)
        for variable in variables { unsetenv(variable) }
        return try PassedDescriptors(
            pid: values[0], count: values[1], names: values[2], processID: Host.processID)
    }

    /// Takes ownership of the descriptors whose name is wanted, and makes them close-on-exec; the others stay as they are.
    ///
    /// - Throws: EBADF where one is not open.
    package func claim(where isWanted: (String) -> Bool) throws(Errno) -> [PassedDescriptor] {
        var claimed: [PassedDescriptor] = []
        for (index, name) in names.enumerated() where isWanted(name) {
            let rawValue = Self.first + Int32(index)
            try syscall { fcntl(rawValue, F_SETFD, FD_CLOEXEC) }
            claimed.append(PassedDescriptor(name: name, fileDescriptor: FileDescriptor(owning: rawValue)))
        }
        return claimed
    }
}

/// A descriptor that was passed, and its name; closed with the value.
package final class PassedDescriptor {
    package let name: String
    package let fileDescriptor: FileDescriptor

    init(name: String, fileDescriptor: consuming FileDescriptor) {
        self.name = name
        self.fileDescriptor = fileDescriptor
    }
}
