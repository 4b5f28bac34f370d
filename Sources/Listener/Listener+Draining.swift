private import Control
private import EventLoop
private import Linux
package import QUICLB
private import Transport

// How a slot is given up: it takes no new connections, serves those it has, and hands on what is not its own.
extension Listener {
    /// The ring has these slots from now on.
    package func place(active: [Slot]) {
        routing.place(active: active)
    }

    /// Says `drained` as soon as there is no connection, closing ones included.
    ///
    /// - Parameter linger: not before: for clients of a worker that crashed, which learn here that their connections are
    ///   gone.
    package func drain(linger: Duration) {
        owesDrained = true
        for connection in table.connections { connection.isGoingAway = true }
        lingerEnd = context.loop.now + linger
        context.loop.set(lingerTimer, to: lingerEnd)
        reportDrained()
    }

    /// The slot is wanted again.
    package func resume() {
        owesDrained = false
        for connection in table.connections { connection.isGoingAway = false }
    }

    func reportDrained() {
        guard owesDrained, table.count == 0, context.loop.now >= lingerEnd else { return }
        owesDrained = false
        report(.drained)
    }

    /// Takes nothing new any more. The caller ends the process when `hasLeft`.
    package func leave() {
        routing.isLeaving = true
        // The kernel program has been told; the kernel's hash has to be.
        guard routing.steering == .forward else { return }
        for socket in sockets {
            // Where it fails, what comes between the last look and the end is lost.
            _ = try? socket.udp.withdraw()
        }
    }

    /// Whether nothing is left to do: no connection, nothing unread, nothing unsent.
    package func hasLeft() -> Bool {
        guard table.count == 0 else { return false }
        while receiveFromAll() { flush() }
        return table.count == 0 && isFlushed
    }

    /// Takes a batch from each socket.
    ///
    /// - Returns: whether there was something.
    private func receiveFromAll() -> Bool {
        var isAnything = forwarder?.receive() ?? false
        for socket in sockets where receive(on: socket) { isAnything = true }
        return isAnything
    }
}
