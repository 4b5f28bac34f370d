internal import CQUICShims
package import EventLoop
package import Linux
package import TLS

/// What all connections of a worker, or of a client, share. Confined to the loop's thread.
package final class TransportContext {
    package let loop: EventLoop
    package let random: RandomSource
    /// For the connections that are accepted; nil where none are.
    private(set) var tls: ServerContext?
    /// Of connections that begin from now on.
    private(set) var settings: TransportSettings
    let blocks = BlockPool()
    /// Where ngtcp2 writes the path of the packet at hand.
    let path: UnsafeMutablePointer<ngtcp2_path_storage>
    let vectors: UnsafeMutableBufferPointer<ngtcp2_vec>
    /// Given each line of the connections' event trace; nil: there is none.
    package var trace: ((String) -> Void)?
    /// Where clients are to go on once they are connected; none in general.
    private(set) var preferredAddresses: [PreferredAddress] = []
    private var pendingWrites: [Connection] = []
    private var flushing: [Connection] = []

    package init(
        loop: EventLoop, random: RandomSource, tls: ServerContext? = nil, settings: TransportSettings
    ) {
        self.loop = loop
        self.random = random
        self.tls = tls
        self.settings = settings
        path = .allocate(capacity: 1)
        path.initialize(to: ngtcp2_path_storage())
        ngtcp2_path_storage_zero(path)
        // A packet is shorter than a block, so its data lies in two at most.
        vectors = .allocate(capacity: 2)
        vectors.initialize(repeating: ngtcp2_vec())
    }

    deinit {
        path.deallocate()
        vectors.deallocate()
    }

    /// Makes session tickets by the first of `keys` from now on, and opens those of any of them.
    package func setTicketKeys(_ keys: [[UInt8]]) throws(TLSError) {
        try tls?.setTicketKeys(keys)
    }

    /// Begins connections with these from now on. Those that are there go on with what they began with.
    ///
    /// - Precondition: the longest UDP payload is as before.
    package func use(_ tls: ServerContext, _ settings: TransportSettings) {
        precondition(
            settings.maximumUDPPayload == self.settings.maximumUDPPayload, "buffers have this length")
        self.tls = tls
        self.settings = settings
    }

    /// Has clients of connections that begin from now on go on at this address (RFC 9000 §9.6); one of each family.
    package func prefer(_ address: SocketAddress, queue: SendQueue) {
        preferredAddresses.append(PreferredAddress(address: address, queue: queue))
    }

    /// Notes that `connection` may have packets to write.
    func addPendingWrite(_ connection: Connection) {
        guard !connection.isWritePending else { return }
        connection.isWritePending = true
        pendingWrites.append(connection)
    }

    package var hasPendingWrites: Bool { !pendingWrites.isEmpty }

    /// Lets each connection that has something to send write its packets. What does not fit a socket stays
    /// pending.
    package func writePending() {
        swap(&pendingWrites, &flushing)
        for connection in flushing {
            connection.isWritePending = false
            connection.write()
        }
        flushing.removeAll(keepingCapacity: true)
    }
}

/// An address of the server's with its socket.
struct PreferredAddress {
    let address: SocketAddress
    let queue: SendQueue
}
