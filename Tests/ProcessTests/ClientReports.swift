/// What the clients report, as they name it.

/// `connection` of echo_transfer.py, gtls_transfer.py and rebind.py.
struct TransferReport: Decodable, Sendable {
    let index: Int
    let ok: Bool
    let failure: String?
    let alpn: String?
    /// Of gtls_transfer.py: the server's address in the end, and what the client logged.
    let remote: String?
    let keyUpdates: Int?
    let changedPorts: Int?
    let validated: Int?
    let serverCid: ServerConnectionID
    let bytes: Int
    /// Of echo_transfer.py: octets of the longest that came.
    let longestDatagram: Int?
}

/// One connection of hold.py.
struct HeldConnection: Decodable, Sendable {
    let index: Int
    /// The one of the handshake.
    let serverCid: ServerConnectionID
    /// The one that the client uses.
    let currentCid: ServerConnectionID
    let verified: Int
    let corrupt: Bool
    let lost: Bool
}

/// `ready`, `progress` and `summary` of hold.py.
struct HeldConnections: Decodable, Sendable {
    let connections: [HeldConnection]
}

/// `lost` of hold.py.
struct LossReport: Decodable, Sendable {
    let index: Int
    let serverCid: ServerConnectionID
    let reason: String
    let code: UInt64?
    /// The reason phrase of CONNECTION_CLOSE.
    let text: String?
    /// Seconds of CLOCK_MONOTONIC.
    let time: Double
}

/// `summary` of garbage.py.
struct GarbageReport: Decodable, Sendable {
    let alive: Bool
    let sent: Int
    let heartbeats: [String: Int]
}

/// `probe` of probe.py.
struct ProbeReport: Decodable, Sendable {
    let ok: Bool
    let failure: String?
    /// Of a stateless reset, in hexadecimal.
    let token: String?
}

/// `moved` of rebind.py.
struct MoveReport: Decodable, Sendable {
    /// 1 for the first of a connection.
    let move: Int
}

/// `ready` of quic_lb_router.py.
struct RouterTable: Decodable, Sendable {
    let table: [String: String]
}

/// `summary` of quic_lb_router.py.
struct RouterReport: Decodable, Sendable {
    let table: [String: String]
    let byServerId: Int
    let byHash: Int
    let refused: Int
}

/// `summary` of check_quic_lb.py.
struct VectorReport: Decodable, Sendable {
    let checked: Int
    let failed: Int
}

/// `summary` of mixed_trains.py.
struct TrainReport: Decodable, Sendable {
    let mixedTrains: Int
    /// Trains that the server sent.
    let receivedTrains: Int
}

/// `visit` of visit.py.
struct VisitReport: Decodable, Sendable {
    /// How the server ended the connection.
    struct End: Decodable, Hashable, Sendable {
        /// `transport`, `application` or `timeout`.
        let kind: String
        let code: UInt64?
    }

    /// The server's transport parameters; nil where the client's library does not tell.
    struct Parameters: Decodable, Sendable {
        let idleTimeout: Double?
        let data: UInt64?
        let streamDataBidiRemote: UInt64?
        let streamsBidi: UInt64?
        let streamsUni: UInt64?
        let datagramFrameSize: UInt64?
        let udpPayload: UInt64?
        let disableActiveMigration: Bool?
        /// The one of IPv4.
        let preferredAddress: String?
    }

    let ok: Bool
    let end: End?
    let echoed: Int
    let retried: Bool
    let resumed: Bool
    let serverCid: ServerConnectionID
    /// The common name in the server's certificate; nil where there is none, or the client's library does not tell.
    let certificateName: String?
    /// Octets of the datagram that came back.
    let datagram: Int?
    let parameters: Parameters
}
