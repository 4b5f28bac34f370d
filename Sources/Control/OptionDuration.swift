/// Times as options give them: whole seconds, minutes or hours, as `30s`, `5m`, `12h`; a number alone is seconds.
package enum OptionDuration {
    private static let units: [(suffix: Character, seconds: Int64)] = [("h", 3600), ("m", 60), ("s", 1)]
    /// More is no time that anybody means; a century.
    private static let maximumSeconds: Int64 = 100 * 365 * 86_400

    /// Nil where the text is no such time.
    package static func parse(_ text: String) -> Duration? {
        let unit = units.first { text.last == $0.suffix }
        let digits = unit == nil ? Substring(text) : text.dropLast()
        guard let number = Int64(digits), digits.allSatisfy(\.isASCII), digits.first != "+", number >= 0,
            number <= maximumSeconds / (unit?.seconds ?? 1)
        else { return nil }
        return .seconds(number * (unit?.seconds ?? 1))
    }

    /// In the largest unit that gives a whole number.
    package static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        guard duration.components.attoseconds == 0 else { return "\(duration)" }
        let unit = units.first { seconds != 0 && seconds % $0.seconds == 0 } ?? units[2]
        return "\(seconds / unit.seconds)\(unit.suffix)"
    }
}
