import Control
import Linux

extension StartupFailure {
    /// Why the pool cannot listen on an address.
    ///
    /// - Parameter option: what gives the address.
    init(listeningOn address: SocketAddress, option: String, _ error: Errno) {
        // The option's name without its dashes: listen 127.0.0.1:4433.
        let what = "\(option.drop { $0 == "-" }) \(address)"
        switch error {
        case .addressInUse:
            self.init(
                .configuration, what, why: "\(error): another process, perhaps another drover, has it",
                remedy: "stop that one (ss -ulpnt shows it) or choose another \(option)")
        case .noAddress:
            self.init(
                .configuration, what, why: "\(error): this host has no such address",
                remedy: "give one that `ip address` shows")
        case .accessDenied, .notPermitted:
            self.init(
                .permission, what, why: "\(error)",
                remedy: "choose a port from 1024 on, or give the process CAP_NET_BIND_SERVICE")
        default:
            self.init(.unavailable, what, why: "\(error)", remedy: "choose another \(option)")
        }
    }
}
