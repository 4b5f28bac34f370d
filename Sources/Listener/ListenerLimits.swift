/// What a worker takes on at most. More is counted and left unanswered.
package struct ListenerLimits: Sendable {
    /// Connections, those that are closing included.
    package var connections = 100_000
    /// Connections whose handshake is not complete. Each costs some 90 KB, and a sender with forged addresses can
    /// start them at any rate; the handshake timeout ends them.
    package var halfOpen = 2_000

    package init() {}
}
