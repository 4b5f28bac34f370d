internal import EventLoop

extension Connection {
    /// A connection's life, from acceptance to its end (RFC 9000 §10). No I/O and no clock.
    struct StateMachine {
        private enum State {
            case open
            /// The application is done: to be closed once what it wrote is acknowledged, or at the deadline.
            case finishing(deadline: Instant)
            /// CONNECTION_CLOSE was sent, and is sent again when the peer goes on.
            case closing(received: UInt64)
            /// The peer closed: silence until its packets are gone from the network.
            case draining
            case ended
        }

        private var state = State.open

        /// Whether streams can be used and packets are exchanged.
        var isOpen: Bool {
            switch state {
            case .open, .finishing: true
            case .closing, .draining, .ended: false
            }
        }

        var isClosing: Bool {
            if case .closing = state { return true }
            return false
        }

        /// Whether nothing is left of the connection.
        var hasEnded: Bool {
            if case .ended = state { return true }
            return false
        }

        /// By when an open connection is to be closed; `.never` where its application goes on.
        var finishDeadline: Instant {
            if case .finishing(let deadline) = state { return deadline }
            return .never
        }

        /// The application is done with the connection.
        mutating func finish(by deadline: Instant) {
            if case .open = state { state = .finishing(deadline: deadline) }
        }

        /// Whether the connection is to be closed now that what was written has arrived, or not, in time.
        func closesWhenFlushed(_ isFlushed: Bool, at now: Instant) -> Bool {
            guard case .finishing(let deadline) = state else { return false }
            return isFlushed || deadline <= now
        }

        /// This side closes; false where the connection is closed already.
        mutating func close() -> Bool {
            guard isOpen else { return false }
            state = .closing(received: 0)
            return true
        }

        /// The peer closes; false where the connection is closed already.
        mutating func drain() -> Bool {
            guard isOpen else { return false }
            state = .draining
            return true
        }

        /// A packet came after the close; true where it is to be answered with CONNECTION_CLOSE: the first, the
        /// second, the fourth… (RFC 9000 §10.2.1).
        mutating func answersPacket() -> Bool {
            guard case .closing(var received) = state else { return false }
            received += 1
            state = .closing(received: received)
            return received & (received - 1) == 0
        }

        /// Nothing is left; false where it ended before.
        mutating func end() -> Bool {
            guard !hasEnded else { return false }
            state = .ended
            return true
        }
    }
}
