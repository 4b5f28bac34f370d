package import Linux
package import Placement
package import QUICLB

/// Everything a worker needs to know, keys included: they go over the channel, never in arguments or the
/// environment.
package struct WorkerConfiguration: Hashable, Sendable {
    package var slot: Slot
    /// Counts the processes this slot has had, from 1.
    package var incarnation: UInt32
    /// What to listen on; no port is 0.
    package var addresses: [SocketAddress]
    /// How many of them, the last, clients are to go on at once they are connected: one of each family at most.
    package var preferredCount: UInt8
    /// Whether the worker takes over its predecessor's sockets, which come with this message, or binds its
    /// own.
    package var adoptsSockets: Bool
    package var hostID: HostID
    /// What connection IDs are made by, oldest first: new ones by the last, while the others still decode.
    package var configurations: [Configuration]
    /// For connection IDs under the last configuration.
    package var nonces: NonceRange
    package var steering: WorkerSteering
    /// Where the slots' forwarding sockets are. This slot's own comes with the message, unless steering is off.
    package var forwardingDirectory: String
    /// Places new connections on the ring.
    package var placement: PlacementHash
    /// The slots in the ring.
    package var active: [Slot]
    package var secrets: PoolSecrets
    package var service: ServiceSettings
    /// Where the event trace goes; empty: nowhere.
    package var eventTracePath = ""
    package var log = LogOptions()
    /// The processors that it runs on; empty: those that the supervisor may.
    package var processors: [UInt16] = []
    /// Whether the worker may make sockets other than Unix ones once it serves.
    package var allowsOutgoingConnections = true

    package init(
        slot: Slot, incarnation: UInt32, addresses: [SocketAddress], preferredCount: UInt8,
        adoptsSockets: Bool,
        hostID: HostID, configurations: [Configuration], nonces: NonceRange, steering: WorkerSteering,
        forwardingDirectory: String, placement: PlacementHash, active: [Slot],
        secrets: PoolSecrets, service: ServiceSettings
    ) {
        self.slot = slot
        self.incarnation = incarnation
        self.addresses = addresses
        self.preferredCount = preferredCount
        self.adoptsSockets = adoptsSockets
        self.hostID = hostID
        self.configurations = configurations
        self.nonces = nonces
        self.steering = steering
        self.forwardingDirectory = forwardingDirectory
        self.placement = placement
        self.active = active
        self.secrets = secrets
        self.service = service
    }
}
