import Control

/// A pool's status for people to read.
struct StatusTable {
    let lines: [String]

    init(_ status: PoolStatus) {
        let configurations = status.configurations.map(String.init).joined(separator: ", ")
        lines =
            [
                "\(status.state.rawValue) on \(status.addresses.joined(separator: ", "))",
                "workers \(status.workers), steering \(status.steering), connection IDs of configuration "
                    + configurations,
                "",
            ] + Self.table(status.slots) + Self.kernel(status.kernel)
    }

    private static let header = [
        "slot", "state", "pid", "incarnation", "connections", "received", "sent", "forwarded", "drain",
    ]

    private static func table(_ slots: [SlotStatus]) -> [String] {
        let rows = slots.map { slot in
            [
                "\(slot.slot)", slot.state.rawValue, slot.pid.map { "\($0)" } ?? "-", "\(slot.incarnation)",
                "\(slot.connections)", "\(slot.counters["datagrams-received"] ?? 0)",
                "\(slot.counters["datagrams-sent"] ?? 0)", "\(slot.counters["forwarded"] ?? 0)",
                slot.drainSecondsLeft.map { "\($0) s left" } ?? "-",
            ]
        }
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([header] + rows).map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ")
        }
    }

    private static func kernel(_ counters: [String: UInt64]) -> [String] {
        guard !counters.isEmpty else { return [] }
        let counts = counters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return ["", "steered: \(counts.joined(separator: ", "))"]
    }
}
