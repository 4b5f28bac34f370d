private import Glibc

/// What this process is given of the host.
package enum Host {
    /// How many processors this process can keep busy: those that it may run on, which a container or taskset may
    /// limit, and no more than the quota of its control groups pays for.
    package static func usableProcessorCount() throws(Errno) -> Int {
        min(try ProcessorAffinity.processors().count, ProcessorQuota.processorCount() ?? .max)
    }

    /// Whether this process acts as root.
    package static var isRoot: Bool { geteuid() == 0 }

    /// The user this process acts as.
    package static var userID: UInt32 { geteuid() }

    /// This process's ID.
    package static var processID: Int32 { getpid() }

    /// An environment variable's value; nil where it is unset or empty.
    package static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Octets that nobody can guess.
    package static func randomOctets(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in generator.next() }
    }
}
