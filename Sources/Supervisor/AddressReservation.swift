import Control
import Linux

/// A listen address, taken before any worker starts so that no other process shares it.
///
/// Released once a worker's socket holds the address: from then on the group is the pool's own.
final class AddressReservation {
    /// The address, its port chosen.
    let address: SocketAddress
    private var port: ReservedPort?

    /// - Parameter option: the one that gave the address.
    init(_ wanted: SocketAddress, option: String) throws(StartupFailure) {
        do {
            let port = try ReservedPort(wanted)
            try port.allowSharing()
            address = port.address
            self.port = consume port
        } catch {
            throw StartupFailure(listeningOn: wanted, option: option, error)
        }
    }

    /// An address that the pool's sockets hold already.
    init(held address: SocketAddress) {
        self.address = address
        port = nil
    }

    /// Gives up the reservation; nothing happens the second time.
    func release() {
        port = nil
    }
}
