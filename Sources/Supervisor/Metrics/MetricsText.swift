import Control

/// Prometheus' text format, version 0.0.4: families of samples, one after the other.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""
    /// Of the family at hand.
    private var name = ""

    /// Begins a family.
    ///
    /// - Parameters:
    ///   - name: with its unit, and `_total` where it is a counter.
    ///   - help: one line.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds a sample of the family.
    ///
    /// - Parameters:
    ///   - suffix: what a part of a histogram adds to the name.
    ///   - labels: names and values.
    ///   - value: a number.
    mutating func add(suffix: String = "", _ labels: KeyValuePairs<String, String>, _ value: String) {
        text += name
        text += suffix
        var separator = "{"
        for (label, value) in labels {
            text += "\(separator)\(label)=\"\(Self.escape(value))\""
            separator = ","
        }
        if !labels.isEmpty { text += "}" }
        text += " \(value)\n"
    }

    mutating func add(_ labels: KeyValuePairs<String, String>, _ value: some BinaryInteger) {
        add(labels, "\(value)")
    }

    private static func escape(_ value: String) -> String {
        var escaped = ""
        for character in value {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// Seconds as a decimal number.
    static func seconds(_ nanoseconds: UInt64) -> String {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return "\(seconds)" }
        var digits = String(String(1_000_000_000 + rest).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(seconds).\(digits)"
    }

    /// The same of a time, which is 0 where it is below that.
    static func seconds(_ time: Duration) -> String { seconds(time.nanoseconds) }
}
