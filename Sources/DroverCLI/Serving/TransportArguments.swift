import ArgumentParser
import Control
import Drover

/// What connections offer and allow themselves.
struct TransportArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Close a connection that is silent for so long: 30s, 5m, 1h. (default: 30s)", valueName: "time"),
        transform: Parsing.duration)
    var idleTimeout: Duration?

    @Option(
        help: ArgumentHelp("Give up a handshake after so long. (default: 10s)", valueName: "time"),
        transform: Parsing.duration)
    var handshakeTimeout: Duration?

    @Option(
        help: ArgumentHelp(
            "Ask a client that is silent for so long for a sign of life. (default: never)", valueName: "time"),
        transform: Parsing.duration)
    var keepAlive: Duration?

    @Option(
        help: ArgumentHelp(
            "Octets that a client may send on a stream before they are read. (default: 262144)",
            valueName: "octets"))
    var streamWindow: UInt64?

    @Option(
        help: ArgumentHelp("The same for all streams together. (default: 1048576)", valueName: "octets"))
    var connectionWindow: UInt64?

    @Option(
        help: ArgumentHelp("Streams that a client may have open at a time. (default: 100)", valueName: "n"))
    var streams: UInt64?

    @Option(help: ArgumentHelp("The same for streams of one direction. (default: 100)", valueName: "n"))
    var unidirectionalStreams: UInt64?

    @Option(
        help: ArgumentHelp(
            "The longest UDP payload, sent where the path takes it, and received. (default: 1452)",
            valueName: "octets"))
    var udpPayload: UInt64?

    @Option(
        help: ArgumentHelp(
            "Accept DATAGRAM frames of up to so many octets; 0: none. (default: 0)", valueName: "octets"))
    var datagramFrame: UInt64?

    @Option(
        help: ArgumentHelp("Congestion control: cubic, bbr or reno. (default: cubic)", valueName: "name"),
        completion: .choices(of: TransportOptions.CongestionControl.self),
        transform: Parsing.choice)
    var congestionControl: TransportOptions.CongestionControl?

    @Flag(inversion: .prefixedNo, help: "Tell clients not to change their address on purpose.")
    var disableActiveMigration = false

    func apply(to options: inout TransportOptions) {
        options.idleTimeout = idleTimeout ?? options.idleTimeout
        options.handshakeTimeout = handshakeTimeout ?? options.handshakeTimeout
        options.keepAlive = keepAlive ?? options.keepAlive
        options.streamWindow = streamWindow ?? options.streamWindow
        options.connectionWindow = connectionWindow ?? options.connectionWindow
        options.bidirectionalStreams = streams ?? options.bidirectionalStreams
        options.unidirectionalStreams = unidirectionalStreams ?? options.unidirectionalStreams
        options.maximumUDPPayload = udpPayload ?? options.maximumUDPPayload
        options.maximumDatagramFrame = datagramFrame ?? options.maximumDatagramFrame
        options.congestionControl = congestionControl ?? options.congestionControl
        if disableActiveMigration { options.allowsActiveMigration = false }
    }
}
