import Control
import Linux
import QUICLB
import Steering

// Counters stay when a slot is retired, so that sums over the slots never fall; what is now goes.
extension PoolMetrics {
    var text: String {
        var text = MetricsText()
        addPool(to: &text)
        addSteering(to: &text)
        addSlots(to: &text)
        addProcesses(to: &text)
        for family in CounterFamily.all { add(family, to: &text) }
        add(
            .handshakeTime, "drover_handshake_seconds", "From a first packet to a complete handshake.",
            to: &text)
        add(
            .connectionAge, "drover_connection_age_seconds",
            "How long connections were open, those of a worker that died not counted.", to: &text)
        return text.text
    }

    private func addPool(to text: inout MetricsText) {
        text.begin("drover_build_info", .gauge, "The release of the supervisor.")
        text.add(["version": version], 1)
        text.begin("drover_workers_wanted", .gauge, "Slots that are to be active.")
        text.add([:], workersWanted)
    }

    private func addSteering(to text: inout MetricsText) {
        text.begin("drover_steering_info", .gauge, "What chooses the worker for a packet.")
        text.add(["steering": steering], 1)
        if steered.isEmpty { return }
        text.begin(
            "drover_steered_packets_total", .counter,
            "Datagrams, or trains of them, that the kernel program steered, by what decided.")
        add(SteeringCounter.allCases.filter(\.isExit), label: "decision", to: &text)
        text.begin(
            "drover_steering_obstacles_total", .counter,
            "What the kernel program met on the way to a decision.")
        add(SteeringCounter.allCases.filter { !$0.isExit }, label: "obstacle", to: &text)
    }

    private func add(_ counters: [SteeringCounter], label: String, to text: inout MetricsText) {
        for counter in counters { text.add([label: counter.name], steered[counter.name] ?? 0) }
    }

    private func addSlots(to text: inout MetricsText) {
        let inUse = slots.filter { $0.state != .retired }
        text.begin("drover_slot_state", .gauge, "1 for the state that a slot is in.")
        for slot in inUse { text.add(["slot": slot.name, "state": slot.state.rawValue], 1) }
        text.begin("drover_connections", .gauge, "Connections that there are.")
        for slot in inUse {
            text.add(["slot": slot.name], slot.counters[Counter.connectionsCurrent.rawValue])
        }
        text.begin("drover_worker_starts_total", .counter, "Workers that a slot has had.")
        for slot in slots { text.add(["slot": slot.name], slot.incarnation) }
        text.begin(
            "drover_worker_heartbeat_age_seconds", .gauge,
            "How long ago a worker showed that it lives, which it does every second.")
        for slot in inUse {
            guard let age = slot.heartbeatAge else { continue }
            text.add(["slot": slot.name], MetricsText.seconds(age))
        }
    }

    private func addProcesses(to text: inout MetricsText) {
        text.begin(
            "drover_worker_cpu_seconds_total", .counter, "Processor time that a slot's present worker used.")
        for slot in slots {
            guard let usage = slot.usage else { continue }
            text.add(["slot": slot.name], MetricsText.seconds(usage.processorTime))
        }
        text.begin("drover_worker_resident_memory_bytes", .gauge, "Memory of a slot's worker that is in RAM.")
        for slot in slots {
            guard let usage = slot.usage else { continue }
            text.add(["slot": slot.name], usage.residentOctets)
        }
        guard let supervisor else { return }
        text.begin(
            "drover_supervisor_cpu_seconds_total", .counter, "Processor time that the supervisor used.")
        text.add([:], MetricsText.seconds(supervisor.processorTime))
        text.begin(
            "drover_supervisor_resident_memory_bytes", .gauge, "The supervisor's memory that is in RAM.")
        text.add([:], supervisor.residentOctets)
    }

    private func add(_ family: CounterFamily, to text: inout MetricsText) {
        text.begin(family.name, .counter, family.help)
        for slot in slots {
            for (counter, reason) in family.members {
                let value = slot.counters[counter.rawValue]
                if let reason {
                    text.add(["slot": slot.name, "reason": reason], value)
                } else {
                    text.add(["slot": slot.name], value)
                }
            }
        }
    }

    private func add(
        _ histogram: Histogram, _ name: String, _ help: String, to text: inout MetricsText
    ) {
        text.begin(name, .histogram, help)
        let bounds = histogram.bounds.map { MetricsText.seconds($0) } + ["+Inf"]
        for slot in slots {
            let counts = slot.histograms[histogram.rawValue]
            var upTo: UInt64 = 0
            for (bound, count) in zip(bounds, counts.buckets) {
                upTo += count
                text.add(suffix: "_bucket", ["slot": slot.name, "le": bound], "\(upTo)")
            }
            text.add(suffix: "_sum", ["slot": slot.name], MetricsText.seconds(counts.sum))
            text.add(suffix: "_count", ["slot": slot.name], "\(upTo)")
        }
    }
}

extension PoolMetrics.Slot {
    fileprivate var name: String { "\(slot.rawValue)" }
}
