private import CLinux

/// What the calling thread may do beyond other processes of its user. A process has the privileges of its
/// threads: ask and drop while it has one.
package enum Privileges {
    /// A Linux capability, by its number in capabilities(7).
    package struct Capability: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        package static let netBindService = Capability(rawValue: 10)
        package static let netAdmin = Capability(rawValue: 12)
        package static let perfmon = Capability(rawValue: 38)
        package static let bpf = Capability(rawValue: 39)
    }

    /// Whether the capability is effective now.
    package static func has(_ capability: Capability) throws(Errno) -> Bool {
        var set: UInt64 = 0
        try shim { clinux_capabilities_get(&set) }
        return set & 1 << UInt64(capability.rawValue) != 0
    }

    /// Gives up every capability, for good: not even the exec of a set-user-ID program brings one back
    /// (PR_SET_NO_NEW_PRIVS). The user stays the same, as members of a reuseport group must have one user.
    package static func drop() throws(Errno) {
        try shim { clinux_privileges_drop() }
    }
}
