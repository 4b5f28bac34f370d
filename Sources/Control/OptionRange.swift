/// The values that an option may have; others are refused by its name and the range.
package struct OptionRange<Value: Comparable & Sendable> {
    private let name: String
    private let range: ClosedRange<Value>

    /// - Parameter name: as on the command line.
    package init(_ name: String, _ range: ClosedRange<Value>) {
        self.name = name
        self.range = range
    }

    package func check(_ value: Value) throws(StartupFailure) {
        guard !range.contains(value) else { return }
        throw StartupFailure(
            .usage, "\(name) \(Self.text(value))", why: "it is out of range",
            remedy: "give \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))")
    }

    private static func text(_ value: Value) -> String {
        guard let duration = value as? Duration else { return "\(value)" }
        return OptionDuration.text(duration)
    }
}
