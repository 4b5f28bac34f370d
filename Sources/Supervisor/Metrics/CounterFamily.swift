import Control

/// Counters of workers' stats pages that are one metric.
struct CounterFamily {
    let name: String
    let help: String
    /// The counters, with what the label `reason` says; nil where there is no label.
    let members: [(counter: Counter, reason: String?)]

    private init(_ name: String, _ help: String, _ counter: Counter) {
        self.name = name
        self.help = help
        members = [(counter, nil)]
    }

    /// Those whose names begin so; the rest of the name is the reason.
    private init(_ name: String, _ help: String, prefix: String) {
        self.name = name
        self.help = help
        members = Counter.allCases.filter { $0.name.hasPrefix(prefix) }
            .map { ($0, String($0.name.dropFirst(prefix.count))) }
    }

    /// All but what is now and not ever.
    static let all = [
        CounterFamily("drover_received_datagrams_total", "UDP datagrams that came.", .datagramsReceived),
        CounterFamily("drover_received_bytes_total", "UDP payload that came.", .octetsReceived),
        CounterFamily(
            "drover_delivered_datagrams_total", "Datagrams that came to a connection.", .datagramsDelivered),
        CounterFamily("drover_sent_datagrams_total", "UDP datagrams sent.", .datagramsSent),
        CounterFamily("drover_sent_bytes_total", "UDP payload sent.", .octetsSent),
        CounterFamily(
            "drover_dropped_datagrams_total", "Datagrams that came to nothing, by reason.", prefix: "dropped-"
        ),
        CounterFamily("drover_accepted_connections_total", "Connections that began.", .connectionsAccepted),
        CounterFamily(
            "drover_closed_connections_total", "Connections that ended, but for those of a worker that died.",
            .connectionsClosed),
        CounterFamily(
            "drover_refused_connections_total", "First packets that no connection was made of, by reason.",
            prefix: "refused-"),
        CounterFamily("drover_handshakes_total", "Handshakes that were completed.", .handshakesCompleted),
        CounterFamily(
            "drover_sent_version_negotiations_total", "Version Negotiation packets sent.",
            .versionNegotiationsSent),
        CounterFamily(
            "drover_sent_stateless_resets_total",
            "Stateless resets sent, to packets of connections long gone.",
            .statelessResetsSent),
        CounterFamily("drover_sent_retries_total", "Retry packets sent.", .retriesSent),
        CounterFamily(
            "drover_sent_refusals_total", "First packets answered with CONNECTION_CLOSE.", .refusalsSent),
        CounterFamily(
            "drover_segmentation_fallbacks_total",
            "Times that the kernel refused a train of datagrams, which were then sent one by one.",
            .segmentationFallbacks),
        CounterFamily(
            "drover_forwarded_datagrams_total", "Datagrams handed on to the worker of another slot.",
            .datagramsForwarded),
        CounterFamily(
            "drover_taken_over_datagrams_total", "Datagrams that the worker of another slot handed on.",
            .datagramsTakenOver),
        CounterFamily(
            "drover_unroutable_connection_ids_total",
            "Connection IDs made without a nonce, which load balancers cannot route.", .unroutableIDsIssued),
    ]
}
