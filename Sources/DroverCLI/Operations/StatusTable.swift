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
        "slot", "state", "pid", "incarnation", "age", "connections", "new/s", "packets in", "packets out",
        "octets in", "octets out", "CPU", "memory", "dropped", "forwarded", "restarts", "drain",
    ]

    private static func table(_ slots: [SlotStatus]) -> [String] {
        Table.lines([header] + slots.map(cells))
    }

    private static func cells(_ slot: SlotStatus) -> [String] {
        func count(_ name: String) -> String { "\(slot.counters[name] ?? 0)" }
        return [
            "\(slot.slot)", slot.state.rawValue, slot.pid.map { "\($0)" } ?? "-", "\(slot.incarnation)",
            slot.ageSeconds.map { "\($0) s" } ?? "-", "\(slot.connections)",
            "\(Int(slot.newPerSecond.rounded()))",
            count("datagrams-received"), count("datagrams-sent"), count("octets-received"),
            count("octets-sent"), slot.processorSeconds.map { "\(Int($0.rounded())) s" } ?? "-",
            slot.residentOctets.map { "\($0 >> 20) MiB" } ?? "-", count("dropped-receive-queue-full"),
            count("forwarded"),
            "\(max(1, slot.incarnation) - 1)", slot.drainSecondsLeft.map { "\($0) s left" } ?? "-",
        ]
    }

    private static func kernel(_ counters: [String: UInt64]) -> [String] {
        guard !counters.isEmpty else { return [] }
        let counts = counters.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return ["", "steered: \(counts.joined(separator: ", "))"]
    }
}
