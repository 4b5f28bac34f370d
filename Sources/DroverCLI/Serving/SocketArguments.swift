import ArgumentParser
import Drover

/// How the pool's sockets are set up.
struct SocketArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The kernel's receive buffer of each socket; past net.core.rmem_max only with CAP_NET_ADMIN. (default: 4194304)",
            valueName: "octets"))
    var receiveBuffer: UInt32?

    @Option(
        help: ArgumentHelp("The send buffer, likewise. (default: 2097152)", valueName: "octets"))
    var sendBuffer: UInt32?

    @Option(
        help: ArgumentHelp(
            "Hand trains of datagrams to the kernel in one piece: auto, where the device can, or off. (default: auto)",
            valueName: "auto|off"),
        completion: .list(["auto", "off"]),
        transform: Parsing.automatic)
    var gso: Bool?

    @Option(
        help: ArgumentHelp(
            "Receive trains in one piece: auto or off. (default: auto)", valueName: "auto|off"),
        completion: .list(["auto", "off"]),
        transform: Parsing.automatic)
    var gro: Bool?

    @Option(
        help: ArgumentHelp(
            "Messages that one turn takes from a socket, 1 to 1024. (default: 32)", valueName: "n"))
    var batch: UInt16?

    @Option(
        help: ArgumentHelp(
            "The differentiated services codepoint of what is sent, 0 to 63. (default: 0)", valueName: "n"))
    var dscp: UInt8?

    func apply(to options: inout SocketOptions) {
        options.receiveBuffer = receiveBuffer ?? options.receiveBuffer
        options.sendBuffer = sendBuffer ?? options.sendBuffer
        options.sendsTrains = gso ?? options.sendsTrains
        options.receivesTrains = gro ?? options.receivesTrains
        options.batchSize = batch ?? options.batchSize
        options.dscp = dscp ?? options.dscp
    }
}
