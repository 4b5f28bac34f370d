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

    /// As HTTP writes it, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7), whatever the locale.
    package var httpDate: String {
        var time = time_t(clamping: seconds)
        var date = tm()
        gmtime_r(&time, &date)
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = [date.tm_hour, date.tm_min, date.tm_sec].map(Self.twoDigits).joined(separator: ":")
        let day = "\(Self.twoDigits(date.tm_mday)) \(months[Int(date.tm_mon)]) \(1900 + Int(date.tm_year))"
        return "\(weekdays[Int(date.tm_wday)]), \(day) \(clock) GMT"
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
