package import Linux

extension WallTime {
    /// As RFC 3339 writes it, in UTC and with milliseconds: `2026-02-03T04:05:06.789Z`.
    package var rfc3339: String {
        let (days, second) = (seconds / 86_400, seconds % 86_400)
        let (year, month, day) = Self.date(daysSince1970: days)
        let time = [second / 3600, second / 60 % 60, second % 60].map { Self.digits($0, 2) }
        return "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))T"
            + "\(time.joined(separator: ":")).\(Self.digits(milliseconds % 1000, 3))Z"
    }

    /// The day of the Gregorian calendar. Not by gmtime(3), which reads the time zone's file first.
    private static func date(daysSince1970 days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        // Years begin in March here, so that the day that leap years add is the last; 400 of them have 146,097 days.
        let days = days + 719_468
        let (era, dayOfEra) = (days / 146_097, days % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private static func digits(_ number: UInt64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
