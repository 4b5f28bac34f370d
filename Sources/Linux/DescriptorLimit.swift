private import CLinux
private import Glibc

/// How many descriptors this process may have open (RLIMIT_NOFILE).
package enum DescriptorLimit {
    /// Raises the limit as far as this process may, for itself and for those it starts.
    ///
    /// - Returns: the limit from now on.
    package static func raise() throws(Errno) -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        try syscall { getrlimit(resource, &limit) }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            try syscall { setrlimit(resource, &limit) }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
