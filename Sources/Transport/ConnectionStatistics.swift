/// What a connection has done, and how its path is.
public struct ConnectionStatistics: Hashable, Sendable {
    /// How long ago it began.
    public var age: Duration
    /// UDP datagrams that came for it and that it sent, and the octets in them.
    public var datagramsReceived: UInt64
    public var octetsReceived: UInt64
    public var datagramsSent: UInt64
    public var octetsSent: UInt64
    /// The smoothed round-trip time, the latest and the least (RFC 9002 §5).
    public var roundTripTime: Duration
    public var latestRoundTripTime: Duration
    public var minimumRoundTripTime: Duration
    /// Octets that may be under way, and that are (RFC 9002 §7).
    public var congestionWindow: UInt64
    public var octetsInFlight: UInt64
}

/// Where a connection is in its life (RFC 9000 §10).
public enum ConnectionState: String, Hashable, Sendable {
    /// The handshake is not complete.
    case handshake
    case established
    /// Either side closed it, and its peer may not know yet.
    case closing
    /// Nothing is left of it.
    case ended
}
