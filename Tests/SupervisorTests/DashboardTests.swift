import Foundation
import TestSupport
import Testing

@testable import Supervisor

/// The dashboard asks for metrics that there are.
@Suite struct DashboardTests {
    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable {
                let expr: String
            }

            let title: String
            let targets: [Target]?
        }

        let panels: [Panel]
    }

    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../scripts/grafana/drover.json")

    @Test func itsMetricsAndLabelsAreThePools() throws {
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(contentsOf: Self.file))
        let samples = MetricsSamples(parsing: PoolMetricsTests.sample.text).values.keys
        let names = Set(samples.map { String($0.prefix { $0 != "{" }) })
        let expressions = dashboard.panels.flatMap { $0.targets ?? [] }.map(\.expr)
        #expect(expressions.count > 20)
        for expression in expressions {
            let used = expression.matches(of: /drover_\w+/).map { String($0.0) }
            #expect(!used.isEmpty && Set(used).isSubset(of: names), "\(expression)")
            // What they are summed by is a label of each.
            guard let label = expression.firstMatch(of: /by \((\w+)\)/)?.1 else { continue }
            for name in used {
                #expect(
                    samples.contains { $0.hasPrefix("\(name){") && $0.contains("\(label)=\"") },
                    "\(expression)")
            }
        }
    }
}
