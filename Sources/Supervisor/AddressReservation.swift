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
            throw Self.failure(wanted, option, error)
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

    private static func failure(
        _ address: SocketAddress, _ option: String, _ error: Errno
    ) -> StartupFailure {
        let what = "listen \(address)"
        return switch error {
        case .addressInUse:
            StartupFailure(
                .configuration, what, why: "\(error): another process, perhaps another drover, has it",
                remedy: "stop that one (ss -ulpn shows it) or choose another \(option)")
        case .noAddress:
            StartupFailure(
                .configuration, what, why: "\(error): this host has no such address",
                remedy: "give one that `ip address` shows")
        case .accessDenied, .notPermitted:
            StartupFailure(
                .permission, what, why: "\(error)",
                remedy: "choose a port from 1024 on, or give the process CAP_NET_BIND_SERVICE")
        default:
            StartupFailure(.unavailable, what, why: "\(error)", remedy: "choose another \(option)")
        }
    }
}
