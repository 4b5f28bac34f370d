package import Linux
package import QUICLB

/// What a load balancer has to know of a pool, to take packets to its host by their connection IDs.
///
/// A load balancer knows the host ID only: the slot counts as the first octet of its nonce. So nothing of this
/// changes with the number of workers.
package struct LoadBalancerConfiguration: Hashable, Sendable {
    package let hostID: HostID
    /// As a load balancer has them, the one in use first. The one that rotation comes to next is among them: it has to
    /// be known before the first connection ID is made by it.
    package let configurations: [Configuration]
    /// Where the host is reached.
    package let addresses: [SocketAddress]

    /// - Parameter configurations: the pool's, whose server IDs are host ID and slot, in the order of their use; one
    ///   at least.
    /// - Throws: where one's server ID has another length.
    package init(
        hostID: HostID, configurations: [Configuration], addresses: [SocketAddress]
    ) throws(ConfigurationError) {
        precondition(!configurations.isEmpty, "a pool has a configuration")
        self.hostID = hostID
        self.configurations = try configurations.map { configuration throws(ConfigurationError) in
            try configuration.forLoadBalancers(of: hostID)
        }
        self.addresses = addresses
    }
}

extension Configuration {
    /// The same connection IDs, of which the server ID is the host ID alone and the nonce an octet longer.
    fileprivate func forLoadBalancers(of hostID: HostID) throws(ConfigurationError) -> Configuration {
        guard hostID.octets.count + 1 == serverIDLength else {
            throw .hostIDLength(hostID.octets.count, serverID: serverIDLength)
        }
        return try Configuration(
            id: id, key: key, serverIDLength: serverIDLength - 1, nonceLength: nonceLength + 1,
            firstOctet: firstOctet)
    }
}
