package import Linux

/// How many connections came from each network; those without any take no memory.
package struct NetworkCounts {
    private var counts: [ClientNetwork: UInt64] = [:]

    package init() {}

    package subscript(network: ClientNetwork) -> UInt64 { counts[network] ?? 0 }

    package mutating func add(_ network: ClientNetwork) {
        counts[network, default: 0] += 1
    }

    package mutating func remove(_ network: ClientNetwork) {
        guard let count = counts[network] else { return }
        counts[network] = count > 1 ? count - 1 : nil
    }
}
