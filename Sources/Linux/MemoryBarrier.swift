private import CLinux
private import Glibc

/// What membarrier(2) offers.
package enum MemoryBarrier {
    /// Waits for an RCU grace period: everything in the kernel that read under RCU before has ended.
    ///
    /// - Throws: EINVAL where the kernel runs with nohz_full.
    package static func awaitGracePeriod() throws(Errno) {
        _ = try shim { clinux_await_grace_period() }
    }
}
