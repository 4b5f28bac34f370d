internal import Control
private import Transport

// What operators ask of single connections.
extension Listener {
    /// Begins to list the connections, from one IP address or all; another list that was not at its end is forgotten.
    package func listConnections(request: UInt32, peer: String?) {
        listing = ConnectionListing(table, request: request, peer: peer)
        continueListing(request: request)
    }

    /// Reports the next part of the list.
    package func continueListing(request: UInt32) {
        guard var listing, listing.request == request else { return }
        let (part, isLast) = listing.next(in: table)
        self.listing = isLast ? nil : listing
        report(.connections(request: request, part, isLast: isLast))
    }

    /// Closes a connection with the application's `code`, and reports whether it was there.
    package func closeConnection(_ number: UInt64, request: UInt32, code: UInt64, reason: String) {
        let connection = table[number: number].flatMap { $0.isOpen ? $0 : nil }
        connection?.close(code: code, reason: reason)
        report(.closed(request: request, wasOpen: connection != nil))
    }
}
