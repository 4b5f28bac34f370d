private import Glibc

/// The time of day, which the host's clock may be set forth and back in: for what outlives the boot.
package struct WallTime: Hashable, Sendable {
    /// Since 1970.
    package let milliseconds: UInt64

    package init(milliseconds: UInt64) {
        self.milliseconds = milliseconds
    }

    /// Reads CLOCK_REALTIME.
    package static var now: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000)
    }

    package var seconds: UInt64 { milliseconds / 1000 }
}
