internal import CQUICShims

/// What a connection offers its peer and allows itself (RFC 9000 §18.2).
package struct TransportSettings: Sendable {
    /// How long a silent connection is kept.
    package var idleTimeout = Duration.seconds(30)
    /// How long a handshake may take.
    package var handshakeTimeout = Duration.seconds(10)
    /// Octets that the peer may send before the application reads: on one stream, and on all together.
    package var streamWindow: UInt64 = 256 * 1024
    package var connectionWindow: UInt64 = 1024 * 1024
    /// What the windows may grow to on a fast path: the most that a client can make a worker hold unread.
    package var maximumStreamWindow: UInt64 = 2 * 1024 * 1024
    package var maximumConnectionWindow: UInt64 = 4 * 1024 * 1024
    /// Streams that the peer may have open at a time.
    package var maximumBidirectionalStreams: UInt64 = 100
    package var maximumUnidirectionalStreams: UInt64 = 100
    /// Connection IDs of the peer's that are kept.
    package var activeConnectionIDLimit: UInt64 = 8
    /// The largest UDP payload in octets: sent, where the path takes it, and received.
    package var maximumUDPPayload = 1452
    /// The longest DATAGRAM frame received, in octets (RFC 9221 §3); 0: none.
    package var maximumDatagramFrame: UInt64 = 0
    /// How long a connection may be silent before the peer is asked for a sign of life; nil: it is not asked.
    package var keepAlive: Duration?
    package var congestionControl = CongestionControl.cubic
    /// Whether the peer may change its address on purpose (RFC 9000 §9).
    package var allowsActiveMigration = true
    /// Whether a client goes on at the server's preferred address, where it has one (RFC 9000 §9.6).
    package var takesPreferredAddress = true

    package enum CongestionControl: Sendable {
        case cubic
        case bbr
        case reno
    }

    package init() {}
}

extension TransportSettings {
    var ngtcp2Settings: ngtcp2_settings {
        var settings = ngtcp2_settings()
        quic_settings_default(&settings)
        settings.handshake_timeout = handshakeTimeout.nanoseconds
        settings.max_tx_udp_payload_size = maximumUDPPayload
        settings.max_window = maximumConnectionWindow
        settings.max_stream_window = maximumStreamWindow
        settings.cc_algo =
            switch congestionControl {
            case .cubic: NGTCP2_CC_ALGO_CUBIC
            case .bbr: NGTCP2_CC_ALGO_BBR
            case .reno: NGTCP2_CC_ALGO_RENO
            }
        return settings
    }

    /// As ngtcp2 goes by them; disable_active_migration is for the peer alone, and added when they are encoded.
    var transportParameters: ngtcp2_transport_params {
        var parameters = ngtcp2_transport_params()
        quic_transport_params_default(&parameters)
        parameters.max_idle_timeout = idleTimeout.nanoseconds
        parameters.initial_max_data = connectionWindow
        parameters.initial_max_stream_data_bidi_local = streamWindow
        parameters.initial_max_stream_data_bidi_remote = streamWindow
        parameters.initial_max_stream_data_uni = streamWindow
        parameters.initial_max_streams_bidi = maximumBidirectionalStreams
        parameters.initial_max_streams_uni = maximumUnidirectionalStreams
        parameters.active_connection_id_limit = activeConnectionIDLimit
        parameters.max_udp_payload_size = UInt64(maximumUDPPayload)
        parameters.max_datagram_frame_size = maximumDatagramFrame
        return parameters
    }
}

extension Duration {
    /// In whole nanoseconds, as ngtcp2 counts.
    var nanoseconds: UInt64 {
        UInt64(components.seconds) * 1_000_000_000 + UInt64(components.attoseconds / 1_000_000_000)
    }
}
