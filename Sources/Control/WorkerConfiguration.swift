package import Linux
package import QUICLB

/// Everything a worker needs to know, keys included: they go over the channel, never in arguments or the
/// environment.
package struct WorkerConfiguration: Hashable, Sendable {
    package var slot: Slot
    /// Counts the processes this slot has had, from 1.
    package var incarnation: UInt32
    /// What to listen on; no port is 0.
    package var addresses: [SocketAddress]
    /// Whether the worker takes over its predecessor's sockets, which come with this message, or binds its
    /// own.
    package var adoptsSockets: Bool
    package var hostID: HostID
    package var connectionIDs: ConnectionIDLayout
    /// PEM.
    package var certificateChain: [UInt8]
    /// PEM.
    package var privateKey: [UInt8]
    /// ALPN names in the order of preference.
    package var applicationProtocols: [String]
    /// The key of stateless reset tokens, the same for the whole pool.
    package var resetSecret: [UInt8]
    /// The keys of session tickets, the same for the whole pool.
    package var ticketKeys: [UInt8]
    /// The kernel's buffers of each socket, in octets.
    package var receiveBufferSize: UInt32
    package var sendBufferSize: UInt32
    package var idleTimeout: Duration

    package static let resetSecretLength = 32
    package static let ticketKeysLength = 80
    /// The longest ALPN name (RFC 7301 §3.1).
    package static let maximumApplicationProtocolLength = 255

    package init(
        slot: Slot, incarnation: UInt32, addresses: [SocketAddress], adoptsSockets: Bool, hostID: HostID,
        connectionIDs: ConnectionIDLayout, certificateChain: [UInt8], privateKey: [UInt8],
        applicationProtocols: [String], resetSecret: [UInt8], ticketKeys: [UInt8],
        receiveBufferSize: UInt32, sendBufferSize: UInt32, idleTimeout: Duration
    ) {
        self.slot = slot
        self.incarnation = incarnation
        self.addresses = addresses
        self.adoptsSockets = adoptsSockets
        self.hostID = hostID
        self.connectionIDs = connectionIDs
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.applicationProtocols = applicationProtocols
        self.resetSecret = resetSecret
        self.ticketKeys = ticketKeys
        self.receiveBufferSize = receiveBufferSize
        self.sendBufferSize = sendBufferSize
        self.idleTimeout = idleTimeout
    }
}

/// How the pool lays out its connection IDs; the length of the server ID follows from the host ID.
package struct ConnectionIDLayout: Hashable, Sendable {
    /// The config rotation bits, 0 to 6.
    package var configID: UInt8
    /// 4 to 18 octets.
    package var nonceLength: UInt8

    package static let configIDs: ClosedRange<UInt8> = 0...6
    package static let nonceLengths: ClosedRange<UInt8> = 4...18

    package init(configID: UInt8, nonceLength: UInt8) {
        self.configID = configID
        self.nonceLength = nonceLength
    }
}
