/// What became of a wish for more workers, fewer or others.
package struct PoolChange: Codable, Hashable, Sendable {
    /// How many are wanted now.
    package var workers: Int
    /// Slots that a worker was started in.
    package var starting: [UInt8]
    /// Slots that serve what they have, and then go.
    package var draining: [UInt8]

    package init(workers: Int, starting: [UInt8], draining: [UInt8]) {
        self.workers = workers
        self.starting = starting
        self.draining = draining
    }
}

/// How far a pool is with what was asked of it.
package struct PoolProgress: Codable, Hashable, Sendable {
    package struct Draining: Codable, Hashable, Sendable {
        package var slot: UInt8
        package var connections: UInt64
        /// Until what is left is closed.
        package var secondsLeft: Int

        package init(slot: UInt8, connections: UInt64, secondsLeft: Int) {
            self.slot = slot
            self.connections = connections
            self.secondsLeft = secondsLeft
        }
    }

    /// Slots whose worker is not ready yet.
    package var starting: [UInt8]
    package var draining: [Draining]

    package init(starting: [UInt8], draining: [Draining]) {
        self.starting = starting
        self.draining = draining
    }
}
