/// What connections offer their clients and allow themselves (RFC 9000 §18.2).
public struct TransportOptions: Hashable, Sendable {
    /// How fast a connection may send (RFC 9002 §7).
    public enum CongestionControl: String, CaseIterable, Sendable {
        /// RFC 9438
        case cubic
        /// BBR version 2, as ngtcp2 has it.
        case bbr
        /// NewReno, RFC 9002 §7.
        case reno
    }

    /// How long a silent connection is kept, max_idle_timeout: 1 s to a day; the client may ask for less. Default:
    /// 30 s.
    public var idleTimeout = Duration.seconds(30)
    /// How long a handshake may take, 1 s to 10 minutes. Default: 10 s.
    public var handshakeTimeout = Duration.seconds(10)
    /// How long a connection may be silent before the client is asked for a sign of life (PING, RFC 9000 §10.1.2), 1 s to
    /// a day; nil: it is not asked. Default: nil.
    public var keepAlive: Duration?
    /// Octets that a client may send on a stream before the application reads, initial_max_stream_data; 1 KiB to
    /// 16 MiB. It grows on a fast path up to eight times that. Default: 256 KiB.
    public var streamWindow: UInt64 = 256 << 10
    /// The same for all streams of a connection together, initial_max_data; 1 KiB to 64 MiB. It grows up to four
    /// times that. Default: 1 MiB.
    public var connectionWindow: UInt64 = 1 << 20
    /// Streams of both directions that a client may have open at a time, initial_max_streams_bidi; up to 65,535.
    /// Default: 100.
    public var bidirectionalStreams: UInt64 = 100
    /// Streams of one direction, initial_max_streams_uni; up to 65,535. Default: 100.
    public var unidirectionalStreams: UInt64 = 100
    /// The longest UDP payload in octets, sent where the path takes it, and received, max_udp_payload_size; 1,200 to
    /// 65,527. Default: 1,452.
    public var maximumUDPPayload: UInt64 = 1452
    /// The longest DATAGRAM frame received in octets, max_datagram_frame_size (RFC 9221 §3), up to 65,535; 0: none.
    /// Default: 0.
    public var maximumDatagramFrame: UInt64 = 0
    /// Default: CUBIC.
    public var congestionControl = CongestionControl.cubic
    /// Whether clients may change to another address on purpose (RFC 9000 §9; without, disable_active_migration).
    /// Clients that know it do not; a change of port or address that comes all the same is followed, as a NAT may have
    /// made it. Default: yes.
    public var allowsActiveMigration = true

    public init() {}
}

extension TransportOptions {
    static let windows: ClosedRange<UInt64> = 1 << 10...16 << 20

    package func check() throws(StartupFailure) {
        let day = Duration.seconds(86_400)
        try OptionRange("--idle-timeout", .seconds(1)...day).check(idleTimeout)
        try OptionRange("--handshake-timeout", .seconds(1)...(.seconds(600))).check(handshakeTimeout)
        if let keepAlive { try OptionRange("--keep-alive", .seconds(1)...day).check(keepAlive) }
        try OptionRange("--stream-window", Self.windows).check(streamWindow)
        try OptionRange("--connection-window", 1 << 10...64 << 20).check(connectionWindow)
        try OptionRange("--streams", 0...65_535).check(bidirectionalStreams)
        try OptionRange("--unidirectional-streams", 0...65_535).check(unidirectionalStreams)
        try OptionRange("--udp-payload", 1200...65_527).check(maximumUDPPayload)
        try OptionRange("--datagram-frame", 0...65_535).check(maximumDatagramFrame)
    }
}

extension TransportOptions: MessageFields {
    mutating func visit(_ fields: inout some FieldVisitor) throws(MalformedMessage) {
        try fields.visit(&idleTimeout)
        try fields.visit(&handshakeTimeout)
        try fields.visit(&keepAlive)
        try fields.visit(&streamWindow)
        try fields.visit(&connectionWindow)
        try fields.visit(&bidirectionalStreams)
        try fields.visit(&unidirectionalStreams)
        try fields.visit(&maximumUDPPayload)
        try fields.visit(&maximumDatagramFrame)
        try fields.visit(&congestionControl, "congestion control")
        try fields.visit(&allowsActiveMigration)
    }
}
