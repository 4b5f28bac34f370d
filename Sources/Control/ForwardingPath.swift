package import QUICLB

/// Where the slots' forwarding sockets are, which the supervisor binds and workers send to.
package enum ForwardingPath {
    package static func path(of slot: Slot, in directory: String) -> String {
        "\(directory)/forward-\(slot)"
    }
}
