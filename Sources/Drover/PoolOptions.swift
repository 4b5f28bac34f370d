public import QUICLB

/// What a pool is to be.
///
/// Every option has a default but the certificate:
///
/// ```swift
/// var options = PoolOptions(certificate: .development)
/// options.listen = ["127.0.0.1:4433", "[::1]:4433"]
/// options.workers = .exactly(4)
/// ```
public struct PoolOptions: Sendable {
    /// How many workers, 1 to 256.
    public enum WorkerCount: Hashable, Sendable {
        /// One for each processor that this process may run on, and no more than its control groups' quota pays for.
        case automatic
        case exactly(Int)
    }

    /// What the pool proves its name with.
    public enum Certificate: Hashable, Sendable {
        /// Paths of PEM or DER files: the chain, the host's own certificate first, and its key, not encrypted.
        case files(chain: String, privateKey: String)
        /// The same, as octets of PEM or DER.
        case octets(chain: [UInt8], privateKey: [UInt8])
        /// A self-signed certificate for localhost, kept in the state directory and renewed before it
        /// expires.
        case development
    }

    /// How packets find the worker that owns their connection.
    public enum Steering: String, CaseIterable, Sendable {
        /// By a program in the kernel if it can be loaded, else as `forward`.
        case automatic = "auto"
        /// By a program in the kernel; the pool does not start without. Needs CAP_BPF.
        case ebpf
        /// By the kernel's hash of addresses and ports, and from worker to worker where that is wrong. Needs no
        /// privilege, and is slower.
        case forward
        /// By the kernel's hash alone, to compare: a client whose address changes loses its connection.
        case off
    }

    /// The addresses to listen on, 1 to 125 with the preferred ones. Where a port is 0 the kernel chooses one, which all
    /// workers share. Default: 127.0.0.1:4433.
    public var listen: [Endpoint] = ["127.0.0.1:4433"]
    /// Addresses where clients are to go on once they are connected, one of each family at most (RFC 9000 §9.6): the host's
    /// own, where the one that they found it by is shared. The pool listens there, too. Default: none.
    public var preferredAddresses: [Endpoint] = []
    /// Default: one for each processor.
    public var workers = WorkerCount.automatic
    /// Whether each worker is kept on one processor, which the slots take in turn of those that this process may run on. For
    /// hosts that have little else to do: the kernel moves no worker to a processor that is idle. Default: no.
    public var pinsWorkers = false
    /// For clients that name no host, or none that another certificate covers.
    public var certificate: Certificate
    /// More certificates, for clients that name a host (SNI, RFC 6066 §3) that they cover. Default: none.
    public var moreCertificates: [Certificate] = []
    /// Asked, in each handshake and worker, for the certificate for the host that the client names; where it returns nil,
    /// one of the pool's own is taken. It must not wait. `.development` and what cannot be read count as nil. Files are read
    /// once a worker, and 256 certificates are kept: one that is renewed under the same name is seen as `.octets`.
    /// Default: nil, one of the pool's own by the names that they cover.
    public var certificateForName: (@Sendable (String) -> Certificate?)?

    /// Whether clients show certificates, and who has to have signed them: the path of a PEM file.
    public enum ClientCertificates: Hashable, Sendable {
        case off
        /// A client may show none; one that is no good ends its handshake.
        case optional(authorities: String)
        case required(authorities: String)
    }

    /// Default: off. What a client showed is `Connection.peerCertificate`.
    public var clientCertificates = ClientCertificates.off
    /// External pre-shared keys by their identities (RFC 8446 §4.2.11): identities of 1 to 128 octets, keys of 16 to 64.
    public var preSharedKeys: [[UInt8]: [UInt8]] = [:]
    /// Asked, in each handshake and worker, for the key of an identity that the table has not. It must not wait.
    public var preSharedKeyForIdentity: (@Sendable ([UInt8]) -> [UInt8]?)?
    /// A file that the secrets of all connections are added to, for tools such as Wireshark (SSLKEYLOGFILE); nil: none.
    /// Whoever reads it can decrypt the connections.
    public var keyLog: String?
    /// A file that what happens to connections is added to, a line of JSON an event: packets with their frames counted,
    /// connection IDs, paths, keys, the end (RFC 9000). 10,000 events of a connection at most, and its end. For debugging:
    /// it slows the pool, and whoever can make connections can make it grow. nil: none. Default: nil.
    public var eventTrace: String?
    /// What is logged, and how. Default: text, from notice on.
    public var log = LogOptions()
    /// How connection IDs look: what others can read of them.
    public enum ConnectionIDs: Hashable, Sendable {
        /// Encrypted with AES-128: of 17 octets, unless the host ID leaves no room for that or a length is given. The
        /// pool makes its keys and keeps them in the state directory, unless one is given: hosts behind one load
        /// balancer share theirs.
        case keyed(key: Configuration.Key? = nil, length: Int? = nil)
        /// Anyone can read host ID and slot. Of 17 octets, unless a length is given.
        case plaintext(length: Int? = nil)
        /// Plaintext as the AWS Network Load Balancer reads it: the host ID has 8 octets. Of 16 octets, unless a
        /// length is given.
        case awsNLB(length: Int? = nil)
    }

    /// What a load balancer routes on, the same for the whole pool and unlike any other host's behind the
    /// same load balancer: 1 to 14 octets, 8 where connection IDs are `awsNLB`. A host on its own can keep the default,
    /// one zero octet.
    public var hostID = HostID([0])!
    /// Default: encrypted, with a key that the pool makes.
    public var connectionIDs = ConnectionIDs.keyed()
    /// The codepoint of the first configuration of connection IDs, 0 to 6; each rotation of the key takes the next.
    /// Default: 0.
    public var configurationID = ConfigurationID(rawValue: 0)!
    /// The ALPN names that the pool accepts (RFC 7301), in the order of preference: 1 to 16, of 1 to 255 octets each. A
    /// client that offers none of them is refused, no_application_protocol. Default: "echo".
    public var applicationProtocols = ["echo"]
    /// Default: automatic.
    public var steering = Steering.automatic
    /// What connections offer and allow themselves.
    public var transport = TransportOptions()
    /// How many connections there may be.
    public var limits = AdmissionLimits()
    /// When clients have to show that they receive at their address.
    public var addressValidation = AddressValidationOptions()
    /// How the pool's sockets are set up.
    public var sockets = SocketOptions()
    /// What handlers are configured by, in the application's own format: they find it as `PoolWorker.handlerConfiguration`. A
    /// reload changes it in all workers; with the certificates it has to fit a message of 128 KiB. Default: nothing.
    public var handlerConfiguration: [UInt8] = []
    /// How long a worker may show no sign of life before it is killed and replaced, 2 s to an hour: its loop turns once a
    /// second at least, unless a handler does not give way. Default: 10 s.
    public var workerTimeout = Duration.seconds(10)
    /// The key of stateless reset tokens (RFC 9000 §10.3.2), 32 octets; nil: one that the pool makes and keeps in the
    /// state directory. Hosts that take over each other's addresses share theirs.
    public var resetSecret: [UInt8]?
    /// What CONNECTION_CLOSE says when the pool stops, and to connections of a worker that drains when its time is over: the
    /// application's error code (RFC 9000 §20.2), a 62-bit integer. Default: 0.
    public var stopCode: UInt64 = 0
    /// The reason that goes with it, for people: 256 octets of UTF-8 at most. Default: "the pool stops".
    public var stopReason = "the pool stops"
    /// Where the pool keeps what lives as long as it runs. By default systemd's RUNTIME_DIRECTORY; else
    /// /run/drover for root, and drover in XDG_RUNTIME_DIR or below /tmp for others. One pool holds it at a
    /// time, and nobody else may look into it (systemd: RuntimeDirectoryMode=0700).
    public var runDirectory: String?
    /// Where the pool keeps what outlives it. By default systemd's STATE_DIRECTORY; else /var/lib/drover for
    /// root, and drover in XDG_STATE_HOME or ~/.local/state for others.
    public var stateDirectory: String?

    /// Where the supervisor serves metrics to Prometheus, http://ADDRESS/metrics, to everybody who can reach the address: what
    /// the pool counts, no secrets. The kernel chooses the port where it is 0. nil: nowhere. Default: nil.
    public var metrics: Endpoint?
    /// The user that a pool started by root acts as, `name` or `name:group`, before it makes or binds anything: it keeps what
    /// it needs of CAP_BPF, CAP_PERFMON, CAP_NET_BIND_SERVICE and CAP_NET_ADMIN. Files of certificates may be root's alone:
    /// they are read before; a reload or an upgrade reads them as the user. nil: the user that starts it. Default: nil.
    public var user: String?
    /// Whether handlers may make connections of their own, as proxies and ``connect(to:named:resuming:_:)`` do. Where not, a
    /// worker can make Unix sockets only. Default: true.
    public var allowsOutgoingConnections = true

    /// Called in the supervisor when every worker serves, with the addresses of `listen` and `preferredAddresses` as they
    /// are bound: each with its port, which all workers share. Default: nothing.
    public var onReady: (@Sendable ([Endpoint]) -> Void)?

    public init(certificate: Certificate) {
        self.certificate = certificate
    }
}
