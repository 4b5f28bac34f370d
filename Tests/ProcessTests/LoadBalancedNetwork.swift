/// A client, a router and two hosts, each in a network namespace of its own:
///
/// ```
///                       ┌──────────┐ 10.70.1.0/24 ┌────────┐
/// ┌────────┐            │  router  ├──────────────┤ host 1 │ 10.70.100.1 on lo
/// │ client ├────────────┤          │              └────────┘
/// └────────┘ 10.70.0.0  │          │ 10.70.2.0/24 ┌────────┐
///  .2 and .3     /24    │          ├──────────────┤ host 2 │ 10.70.100.1 on lo
///                       └──────────┘              └────────┘
/// ```
///
/// The router is .1 in each network, and a host .2. What the client sends to the virtual address, the router's kernel
/// drops, so that it is left to a load balancer there; what the hosts answer, it passes on.
struct LoadBalancedNetwork: Sendable {
    static let virtualAddress = "10.70.100.1"
    /// The first is the one that the client uses of itself.
    static let clientAddresses = ["10.70.0.2", "10.70.0.3"]
    static let hostAddresses = ["10.70.1.2", "10.70.2.2"]
    /// The router's interface to the client.
    static let clientInterface = "client0"

    let client: Namespace
    let router: Namespace
    let hosts: [Namespace]

    /// Makes the network, and removes it when `body` has ended, however it does.
    static func with(_ body: (LoadBalancedNetwork) async throws -> Void) async throws {
        var made: [Namespace] = []
        do {
            for purpose in ["client", "router", "host1", "host2"] { made.append(try await .make(purpose)) }
            let network = LoadBalancedNetwork(client: made[0], router: made[1], hosts: Array(made[2...]))
            try await network.connect()
            try await body(network)
        } catch {
            for namespace in made { await namespace.remove() }
            throw error
        }
        for namespace in made { await namespace.remove() }
    }

    private func connect() async throws {
        try await router.enableForwarding()
        // Without a word: the sender of an ICMP error would be the kernel, which has no part in this.
        try await router.ip("route add blackhole \(Self.virtualAddress)/32")
        try await connect(
            client, by: Self.clientInterface, network: "10.70.0", addresses: Self.clientAddresses)
        for (index, host) in hosts.enumerated() {
            try await connect(
                host, by: "host\(index)", network: "10.70.\(index + 1)",
                addresses: [Self.hostAddresses[index]])
            try await host.ip("address add \(Self.virtualAddress)/32 dev lo")
        }
    }

    private func connect(
        _ namespace: Namespace, by interface: String, network: String, addresses: [String]
    ) async throws {
        try await router.ip("link add \(interface) type veth peer name eth0 netns \(namespace.name)")
        try await router.ip("address add \(network).1/24 dev \(interface)")
        try await router.ip("link set \(interface) up")
        for address in addresses { try await namespace.ip("address add \(address)/24 dev eth0") }
        try await namespace.ip("link set eth0 up")
        try await namespace.ip("route add default via \(network).1")
    }
}
