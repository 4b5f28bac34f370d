package import Control
package import Linux
package import QUICLB

/// What a pool is to be: the options of `drover serve`, with files read and defaults filled in.
package struct PoolConfiguration: Sendable {
    /// What to listen on; the kernel chooses where a port is 0.
    package var addresses: [SocketAddress]
    /// How many of them, the last, are addresses that clients are to go on at (RFC 9000 §9.6).
    package var preferredCount = 0
    package var workerCount: Int
    package var steering: SteeringMode
    package var hostID: HostID
    package var connectionIDs: ConnectionIDOptions
    /// Where keys are kept. It is there.
    package var stateDirectory: String
    /// What a reload can change.
    package var service: ServiceSettings
    /// nil: `ControlPath.defaultRunDirectory`.
    package var runDirectory: String?
    /// The key of stateless reset tokens; nil: one that is kept in the state directory.
    package var resetSecret: [UInt8]?
    /// A file that the event trace of all connections goes to; nil: none.
    package var eventTrace: String?
    package var log = LogOptions()
    /// Whether each worker is kept on one processor.
    package var pinsWorkers = false
    /// Where metrics are served, over TCP; the kernel chooses the port where it is 0. nil: nowhere.
    package var metrics: SocketAddress?
    /// The user that root's pool acts as, whose its directories are; nil: who starts it.
    package var owner: UserAccount?
    /// Whether workers may make sockets other than Unix ones once they serve.
    package var allowsOutgoingConnections = true
    /// What CONNECTION_CLOSE says when the pool stops: the application's code, a 62-bit integer, and a reason.
    package var stopCode: UInt64 = 0
    package var stopReason = "the pool stops"
    /// How long the keys of session tickets and tokens are new. What was made under them is good for as long again.
    package var secretLifetime = Duration.seconds(86_400)
    /// How long a worker may show no sign of life, which it gives each second, before it is killed and replaced: 2 s to an
    /// hour.
    package var workerTimeout = Duration.seconds(10)
    /// How long the pool may take until every slot is active at once.
    package var startTimeout: Duration = .seconds(30)

    package static let workerCounts = 1...256
    /// Nobody has more, and their names have to fit a worker's configuration message.
    package static let applicationProtocolCounts = 1...16
    /// A configuration message carries a descriptor for each address, the stats page, the pool's page and
    /// the forwarding socket.
    package static let addressCounts = 1...(PacketChannel.maximumDescriptorCount - 3)

    package init(
        addresses: [SocketAddress], workerCount: Int, steering: SteeringMode = .automatic, hostID: HostID,
        connectionIDs: ConnectionIDOptions, stateDirectory: String, tls: TLSOptions,
        runDirectory: String? = nil
    ) {
        self.addresses = addresses
        self.workerCount = workerCount
        self.steering = steering
        self.hostID = hostID
        self.connectionIDs = connectionIDs
        self.stateDirectory = stateDirectory
        service = ServiceSettings(tls: tls)
        self.runDirectory = runDirectory
    }
}
