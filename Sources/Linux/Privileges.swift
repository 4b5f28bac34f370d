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
        try sets().effective & mask([capability]) != 0
    }

    /// Gives up every capability, for good: not even the exec of a set-user-ID program brings one back
    /// (PR_SET_NO_NEW_PRIVS). The user stays the same, as members of a reuseport group must have one user.
    package static func drop() throws(Errno) {
        try shim { clinux_privileges_drop() }
    }

    /// Gives up these capabilities, for good but where root executes a program, unless what they were for turns out to
    /// need them still.
    ///
    /// - Parameter works: called without them; where it returns false they are taken back.
    /// - Returns: what `works` returned.
    package static func giveUp(
        _ capabilities: [Capability], ifWorks works: () -> Bool
    ) throws(Errno) -> Bool {
        var sets = try sets()
        let former = sets
        sets.effective &= ~mask(capabilities)
        try set(sets)
        guard works() else {
            try set(former)
            return false
        }
        sets.permitted &= ~mask(capabilities)
        sets.inheritable &= ~mask(capabilities)
        try set(sets)
        return true
    }

    /// Makes this process act as a user, with no capabilities but those of `kept` that it has now, and none that exec
    /// could bring.
    ///
    /// - Parameter inherited: those of them that the programs which it executes have, too.
    /// - Throws: EPERM where this process does not act as root.
    package static func become(
        _ user: UserAccount, keeping kept: [Capability], inheriting inherited: [Capability]
    ) throws(Errno) {
        try shim { clinux_user_become(user.name, user.userID, user.groupID, mask(kept)) }
        let permitted = try sets().permitted
        try shim { clinux_capabilities_make_ambient(permitted & mask(inherited)) }
    }

    private static func mask(_ capabilities: [Capability]) -> UInt64 {
        capabilities.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
    }

    private static func sets() throws(Errno) -> clinux_capabilities {
        var sets = clinux_capabilities()
        try shim { clinux_capabilities_get(&sets) }
        return sets
    }

    private static func set(_ sets: clinux_capabilities) throws(Errno) {
        var sets = sets
        try shim { clinux_capabilities_set(&sets) }
    }
}
