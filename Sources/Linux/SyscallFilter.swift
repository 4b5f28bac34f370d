private import CLinux

/// A filter of the system calls that this process may make (seccomp(2)).
package enum SyscallFilter {
    /// Has the kernel refuse, with EPERM and for good, what no worker has a use for: to execute programs, to trace
    /// processes, to load programs and modules into the kernel, to change user, namespace or file systems.
    ///
    /// A list of what is refused, not of what is allowed: an application's handlers run here, and what the C library calls
    /// changes with its version.
    ///
    /// - Parameter allowsInternetSockets: whether new sockets may be other than Unix ones.
    /// - Throws: EINVAL where the kernel has no such filters.
    package static func install(allowsInternetSockets: Bool) throws(Errno) {
        try shim { clinux_filter_install(allowsInternetSockets ? 0 : 1) }
    }
}
