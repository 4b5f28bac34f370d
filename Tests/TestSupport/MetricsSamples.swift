/// Metrics as Prometheus reads them: each sample by its name with its labels, as `drover_connections{slot="0"}`.
package struct MetricsSamples: Sendable {
    package private(set) var values: [String: Double] = [:]
    /// By the family's name: counter, gauge or histogram.
    package private(set) var types: [String: String] = [:]

    package init(parsing text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0] == "#" {
                if words[1] == "TYPE" { types[String(words[2])] = String(words[3]) }
            } else if let space = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: space)...])
            {
                values[String(line[..<space])] = value
            }
        }
    }

    package subscript(sample: String) -> Double? { values[sample] }

    /// The sum of a metric over all its labels.
    package func total(_ name: String) -> Double {
        values.filter { $0.key == name || $0.key.hasPrefix("\(name){") }.values.reduce(0, +)
    }

    /// Of counters and histograms, which only grow.
    package var growing: [String: Double] {
        values.filter { sample, _ in
            let name = String(sample.prefix { $0 != "{" })
            if types[name] == "counter" { return true }
            return types.contains { $0.value == "histogram" && name.hasPrefix("\($0.key)_") }
        }
    }
}
