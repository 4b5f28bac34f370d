internal import CQUICShims
private import EventLoop

extension Connection {
    /// What went over a connection.
    struct Traffic {
        var datagramsReceived: UInt64 = 0
        var octetsReceived: UInt64 = 0
        var datagramsSent: UInt64 = 0
        var octetsSent: UInt64 = 0
    }

    package var state: ConnectionState {
        if hasEnded { return .ended }
        if !isOpen { return .closing }
        return isEstablished ? .established : .handshake
    }

    /// How long it is open, or was until either side closed it.
    package var openTime: Duration { (closed ?? context.loop.now) - began }

    /// Of a connection that is closed, the path's figures are 0.
    package var statistics: ConnectionStatistics {
        var info = ngtcp2_conn_info()
        if let handle { quic_conn_get_info(handle, &info) }
        return ConnectionStatistics(
            age: context.loop.now - began, datagramsReceived: traffic.datagramsReceived,
            octetsReceived: traffic.octetsReceived, datagramsSent: traffic.datagramsSent,
            octetsSent: traffic.octetsSent, roundTripTime: .nanoseconds(Int64(clamping: info.smoothed_rtt)),
            latestRoundTripTime: .nanoseconds(Int64(clamping: info.latest_rtt)),
            minimumRoundTripTime: .nanoseconds(Int64(clamping: info.min_rtt)), congestionWindow: info.cwnd,
            octetsInFlight: info.bytes_in_flight)
    }
}
