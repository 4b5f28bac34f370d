package import Control
package import Transport

extension TransportSettings {
    /// What an operator or a client's application set.
    package init(_ options: TransportOptions) {
        self.init()
        idleTimeout = options.idleTimeout
        handshakeTimeout = options.handshakeTimeout
        keepAlive = options.keepAlive
        streamWindow = options.streamWindow
        connectionWindow = options.connectionWindow
        maximumStreamWindow = 8 * options.streamWindow
        maximumConnectionWindow = 4 * options.connectionWindow
        maximumBidirectionalStreams = options.bidirectionalStreams
        maximumUnidirectionalStreams = options.unidirectionalStreams
        maximumUDPPayload = Int(options.maximumUDPPayload)
        maximumDatagramFrame = options.maximumDatagramFrame
        allowsActiveMigration = options.allowsActiveMigration
        congestionControl =
            switch options.congestionControl {
            case .cubic: .cubic
            case .bbr: .bbr
            case .reno: .reno
            }
    }
}
