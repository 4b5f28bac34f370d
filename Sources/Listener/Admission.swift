package import CLinux
package import Control
package import Linux
package import QUICLB

/// What a worker has taken on, and whether it may take on more. No I/O.
package struct Admission {
    package var limits: AdmissionLimits
    private let slot: Slot
    private let pool: PoolPage
    private var networks = NetworkCounts()
    /// Connections, those that are closing included.
    package private(set) var connections = 0
    /// Connections whose handshake is not complete.
    package private(set) var halfOpen = 0

    package init(_ limits: AdmissionLimits, slot: Slot, pool: PoolPage) {
        self.limits = limits
        self.slot = slot
        self.pool = pool
    }

    /// The limit that one more connection would exceed, as what is counted then; nil where there is none.
    package func obstacle(from address: clinux_address) -> Counter? {
        if connections >= limits.connectionsPerWorker { return .refusedConnectionLimit }
        if halfOpen >= limits.halfOpen { return .refusedHalfOpenLimit }
        if let limit = limits.connections, pool.connections >= limit { return .refusedPoolLimit }
        if let limit = limits.connectionsPerAddress, networks[ClientNetwork(of: address)] >= limit {
            return .refusedAddressLimit
        }
        return nil
    }

    /// A connection begins.
    ///
    /// - Returns: what it is to be given back with.
    package mutating func accepted(from address: clinux_address) -> ClientNetwork {
        connections += 1
        halfOpen += 1
        pool[slot] = UInt64(connections)
        let network = ClientNetwork(of: address)
        networks.add(network)
        return network
    }

    package mutating func established() {
        halfOpen -= 1
    }

    /// A connection is gone.
    package mutating func ended(_ network: ClientNetwork, wasEstablished: Bool) {
        connections -= 1
        if !wasEstablished { halfOpen -= 1 }
        pool[slot] = UInt64(connections)
        networks.remove(network)
    }
}
