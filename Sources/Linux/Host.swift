private import CLinux
private import Glibc

/// What this process is given of the host.
package enum Host {
    /// The processors that this process may run on (sched_getaffinity), which a container or taskset may
    /// limit.
    package static func usableProcessorCount() throws(Errno) -> Int {
        Int(try shim { clinux_usable_processors() })
    }

    /// Whether this process acts as root.
    package static var isRoot: Bool { geteuid() == 0 }

    /// The user this process acts as.
    package static var userID: UInt32 { geteuid() }

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
