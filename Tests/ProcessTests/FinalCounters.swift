/// The counters that a supervisor logs when it stops, all as `name=number`: in a line `packets steered`, and in one
/// `final counters` for every slot.
struct FinalCounters: Sendable {
    /// Packets by the way they were steered: `server-id`, `pin`, `ring`, `tuple`, `malformed`.
    private(set) var steered: [String: Int] = [:]
    /// By slot, its counters: `accepted` and others.
    private(set) var slots: [Int: [String: Int]] = [:]

    init(parsing output: [String]) {
        for line in output {
            let counters = Dictionary(line.split(separator: " ").compactMap(Self.counter)) { $1 }
            if line.contains(" packets steered ") { steered = counters }
            if line.contains(" final counters "), let slot = counters["slot"] { slots[slot] = counters }
        }
    }

    /// How many connections each slot accepted, in the order of slots.
    var accepted: [Int] { slots.sorted { $0.key < $1.key }.map { $0.value["accepted", default: 0] } }

    /// The sum of a counter over all slots.
    func total(_ name: String) -> Int {
        slots.values.reduce(0) { $0 + $1[name, default: 0] }
    }

    /// The datagrams that a slot had to do with: from clients, and from other workers.
    func received(in slot: Int) -> Int {
        slots[slot, default: [:]].filter { ["datagrams-received", "taken-over"].contains($0.key) }
            .values.reduce(0, +)
    }

    /// What became of the datagrams a slot received, all of them: delivered, answered, forwarded, or dropped by
    /// reason.
    func accountedFor(in slot: Int) -> Int {
        let counters = slots[slot, default: [:]]
        let answered = [
            "datagrams-delivered", "version-negotiations-sent", "resets-sent", "retries-sent", "forwarded",
        ]
        // Lost before they were received, or on the way out; or no datagrams.
        let others = ["dropped-receive-queue-full", "dropped-send-refused", "dropped-malformed-forward"]
        return counters.filter { name, _ in
            answered.contains(name) || name.hasPrefix("refused-")
                || name.hasPrefix("dropped-") && !others.contains(name)
        }.values.reduce(0, +)
    }

    private static func counter(_ word: Substring) -> (String, Int)? {
        let parts = word.split(separator: "=")
        guard parts.count == 2, let value = Int(parts[1]) else { return nil }
        return (String(parts[0]), value)
    }
}
