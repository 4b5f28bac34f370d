package import QUICLB

/// What the pool is doing, as `drover status` shows it. Members have the same names in JSON.
package struct PoolStatus: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        case starting, serving, stopping
    }

    package var state: State
    /// What chooses the worker for a packet, with the form of the kernel program where there is one.
    package var steering: String
    package var addresses: [String]
    /// How many slots are to be active.
    package var workers: Int
    /// Codepoints of the configurations of connection IDs that are in use, oldest first.
    package var configurations: [UInt8]
    package var slots: [SlotStatus]
    /// The kernel program's counters by name; none where it does not run.
    package var kernel: [String: UInt64]

    package init(
        state: State, steering: String, addresses: [String], workers: Int, configurations: [UInt8],
        slots: [SlotStatus], kernel: [String: UInt64]
    ) {
        self.state = state
        self.steering = steering
        self.addresses = addresses
        self.workers = workers
        self.configurations = configurations
        self.slots = slots
        self.kernel = kernel
    }
}

/// A slot that has been in use.
package struct SlotStatus: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        case retired, starting, active, draining, leaving, backingOff = "backing-off", stopping
    }

    package var slot: UInt8
    package var state: State
    /// The worker's process; nil where there is none.
    package var pid: Int32?
    package var incarnation: UInt32
    package var connections: UInt64
    /// Connections accepted a second, lately.
    package var newPerSecond: Double
    /// Since the worker was started; nil where there is none.
    package var ageSeconds: Int?
    /// What the worker has used of processors, in seconds, and how much of its memory is in RAM, in octets; nil where there is
    /// none.
    package var processorSeconds: Double?
    package var residentOctets: UInt64?
    /// Seconds until a draining worker is stopped; nil where it does not drain.
    package var drainSecondsLeft: Int?
    /// The worker's counters by name, of all its incarnations.
    package var counters: [String: UInt64]

    package init(
        slot: Slot, state: State, pid: Int32?, incarnation: UInt32, connections: UInt64,
        newPerSecond: Double = 0, ageSeconds: Int? = nil, drainSecondsLeft: Int?, counters: [String: UInt64]
    ) {
        self.slot = slot.rawValue
        self.state = state
        self.pid = pid
        self.incarnation = incarnation
        self.connections = connections
        self.newPerSecond = newPerSecond
        self.ageSeconds = ageSeconds
        self.drainSecondsLeft = drainSecondsLeft
        self.counters = counters
    }
}
