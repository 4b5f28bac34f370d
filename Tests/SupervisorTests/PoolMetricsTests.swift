import Control
import Foundation
import Linux
import QUICLB
import Testing

@testable import Supervisor

@Suite struct PoolMetricsTests {
    /// A pool with a slot in use, one that backs off, and one that was in use.
    static let sample: PoolMetrics = {
        var counters = Counter.allCases.map { UInt64($0.rawValue) + 100 }
        counters[Counter.connectionsCurrent.rawValue] = 3
        let histograms = Histogram.allCases.map { histogram in
            let count = histogram.bounds.count + 1
            return HistogramCounts(buckets: (0..<count).map { UInt64($0) }, sum: 1_234_567_890)
        }
        let none = Histogram.allCases.map {
            HistogramCounts(buckets: Array(repeating: 0, count: $0.bounds.count + 1), sum: 0)
        }
        let usage = ProcessUsage(processorTime: .milliseconds(12_340), residentOctets: 9_876_543)
        return PoolMetrics(
            version: "1.2.3", steering: "ebpf \"tables\"", workersWanted: 2,
            steered: ["server-id": 10, "pin": 9, "ring": 8, "stale-pin": 7],
            slots: [
                PoolMetrics.Slot(
                    slot: Slot(rawValue: 0), state: .active, incarnation: 1, counters: counters,
                    histograms: histograms, heartbeatAge: .milliseconds(250), usage: usage),
                PoolMetrics.Slot(
                    slot: Slot(rawValue: 1), state: .backingOff, incarnation: 7,
                    counters: Counter.allCases.map { _ in 0 }, histograms: none, heartbeatAge: nil, usage: nil
                ),
                PoolMetrics.Slot(
                    slot: Slot(rawValue: 2), state: .retired, incarnation: 2, counters: counters,
                    histograms: histograms, heartbeatAge: nil, usage: nil),
            ], supervisor: usage)
    }()

    private static let golden = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors/metrics.txt")

    /// Names, labels and units are what dashboards and alerts rely on: this file changes with them, and with nothing else.
    @Test func theTextIsAsItWas() throws {
        #expect(Self.sample.text == (try String(contentsOf: Self.golden, encoding: .utf8)))
    }

    @Test func everyCounterIsInOneFamily() {
        let members = CounterFamily.all.flatMap { $0.members.map(\.counter) }
        #expect(members.count == Set(members).count)
        #expect(Set(members) == Set(Counter.allCases).subtracting([.connectionsCurrent]))
        #expect(Set(CounterFamily.all.map(\.name)).count == CounterFamily.all.count)
    }

    @Test func aPoolWithoutKernelProgramSteersNothing() {
        var metrics = Self.sample
        metrics.steered = [:]
        metrics.supervisor = nil
        #expect(!metrics.text.contains("drover_steered") && !metrics.text.contains("drover_supervisor"))
    }

    @Test(
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_000_000, "0.001"), (2_500_000_000, "2.5"),
            (86_400_000_000_000, "86400"),
            (.max, "18446744073.709551615"),
        ] as [(UInt64, String)])
    func nanosecondsAreWrittenAsSeconds(nanoseconds: UInt64, text: String) {
        #expect(MetricsText.seconds(nanoseconds) == text)
    }

    @Test func labelsAreEscaped() {
        var text = MetricsText()
        text.begin("m", .gauge, "A metric.")
        text.add(["a": "x\"y\\z\nw", "b": ""], 1)
        #expect(text.text == "# HELP m A metric.\n# TYPE m gauge\nm{a=\"x\\\"y\\\\z\\nw\",b=\"\"} 1\n")
    }
}
