/// What a worker counts in its stats page. Appended to, never reordered: the place is the raw value, and two
/// releases may share a page during an upgrade.
@usableFromInline
package enum Counter: Int, CaseIterable, Sendable {
    case datagramsReceived
    case octetsReceived
    /// To a connection, also to one that is closing.
    case datagramsDelivered
    case datagramsSent
    case octetsSent

    case connectionsAccepted
    case connectionsClosed
    /// Now, not ever: the supervisor clears it when the worker is gone.
    case connectionsCurrent
    case handshakesCompleted

    case versionNegotiationsSent
    case statelessResetsSent

    // Datagrams that came to nothing, by reason.
    case droppedMalformedHeader
    case droppedInvalidInitial
    /// An Initial in a datagram below 1,200 octets.
    case droppedShortInitial
    /// A packet too short to be answered with Version Negotiation.
    case droppedUnknownVersion
    case droppedUnknownConnection
    /// The connection ID is another slot's, which has no worker to forward to.
    case droppedForeignSlot
    /// The connection ID is none that the pool issued.
    case droppedForeignServerID
    /// A stateless reset or a Version Negotiation that was due but over the rate.
    case droppedRateLimited
    /// The kernel had no room in a socket's receive queue.
    case droppedReceiveQueueFull
    /// The kernel took no more to send.
    case droppedSendQueueFull
    /// The kernel refused to send: no route, a filter, or too long for the path.
    case droppedSendRefused
    /// A first packet while there were as many connections as are allowed.
    case refusedConnectionLimit
    /// A first packet while as many handshakes as are allowed were not complete.
    case refusedHalfOpenLimit
    /// A first packet while the worker stops.
    case refusedStopping
    /// The connection belongs to another of the pool's addresses.
    case droppedOtherAddress

    /// Times that the kernel refused a segmented send, and single ones took its place.
    case segmentationFallbacks

    /// To the worker of another slot.
    case datagramsForwarded
    /// From the worker of another slot. They count as received there, not here.
    case datagramsTakenOver
    /// The other worker's queue was full.
    case droppedForwardQueueFull
    /// What came over the forwarding socket was no forwarded datagram.
    case droppedMalformedForward

    /// Connection IDs that load balancers cannot route, made while there was no nonce.
    case unroutableIDsIssued

    case retriesSent
    /// CONNECTION_CLOSE in answer to a first packet.
    case refusalsSent
    /// The token of a Retry is damaged, too old, or from another address.
    case refusedInvalidToken
    /// The token of a Retry was used before.
    case droppedReplayedToken
    /// A first packet while the pool had as many connections as are allowed.
    case refusedPoolLimit
    /// A first packet while its network had as many connections as are allowed.
    case refusedAddressLimit
}

extension Counter {
    /// The name in text output and metrics.
    package var name: String {
        switch self {
        case .datagramsReceived: "datagrams-received"
        case .octetsReceived: "octets-received"
        case .datagramsDelivered: "datagrams-delivered"
        case .datagramsSent: "datagrams-sent"
        case .octetsSent: "octets-sent"
        case .connectionsAccepted: "accepted"
        case .connectionsClosed: "closed"
        case .connectionsCurrent: "current"
        case .handshakesCompleted: "handshakes"
        case .versionNegotiationsSent: "version-negotiations-sent"
        case .statelessResetsSent: "resets-sent"
        case .droppedMalformedHeader: "dropped-malformed-header"
        case .droppedInvalidInitial: "dropped-invalid-initial"
        case .droppedShortInitial: "dropped-short-initial"
        case .droppedUnknownVersion: "dropped-unknown-version"
        case .droppedUnknownConnection: "dropped-unknown-connection"
        case .droppedForeignSlot: "dropped-foreign-slot"
        case .droppedForeignServerID: "dropped-foreign-server-id"
        case .droppedRateLimited: "dropped-rate-limited"
        case .droppedReceiveQueueFull: "dropped-receive-queue-full"
        case .droppedSendQueueFull: "dropped-send-queue-full"
        case .droppedSendRefused: "dropped-send-refused"
        case .refusedConnectionLimit: "refused-connection-limit"
        case .refusedHalfOpenLimit: "refused-half-open-limit"
        case .refusedStopping: "refused-stopping"
        case .droppedOtherAddress: "dropped-other-address"
        case .segmentationFallbacks: "segmentation-fallbacks"
        case .datagramsForwarded: "forwarded"
        case .datagramsTakenOver: "taken-over"
        case .droppedForwardQueueFull: "dropped-forward-queue-full"
        case .droppedMalformedForward: "dropped-malformed-forward"
        case .unroutableIDsIssued: "unroutable-ids"
        case .retriesSent: "retries-sent"
        case .refusalsSent: "refusals-sent"
        case .refusedInvalidToken: "refused-invalid-token"
        case .droppedReplayedToken: "dropped-replayed-token"
        case .refusedPoolLimit: "refused-pool-limit"
        case .refusedAddressLimit: "refused-address-limit"
        }
    }
}
