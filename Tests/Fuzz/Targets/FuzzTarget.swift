/// A parser of outside octets with its invariants. The raw value names it on the command line, and its
/// directory of the corpus.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case addressToken = "address-token"
    case configurationFile = "configuration-file"
    case controlRequest = "control-request"
    case forwarded
    case frames
    case hexadecimal
    case httpRequest = "http-request"
    case packetHeader = "packet-header"
    case quicLB = "quic-lb"
    case socketAddress = "socket-address"
    case supervisorMessage = "supervisor-message"
    case tlsClient = "tls-client"
    case tlsHandshake = "tls-handshake"
    case transportParameters = "transport-parameters"
    case workerMessage = "worker-message"

    /// Gives `bytes` to the parser. Traps where an invariant does not hold.
    package func run(_ bytes: UnsafeRawBufferPointer) {
        switch self {
        case .addressToken: fuzzAddressToken(bytes)
        case .configurationFile: fuzzConfigurationFile(bytes)
        case .controlRequest: fuzzControlRequest(bytes)
        case .forwarded: fuzzForwarded(bytes)
        case .frames: fuzzFrames(bytes)
        case .hexadecimal: fuzzHexadecimal(bytes)
        case .httpRequest: fuzzHTTPRequest(bytes)
        case .packetHeader: fuzzPacketHeader(bytes)
        case .quicLB: fuzzQUICLB(bytes)
        case .socketAddress: fuzzSocketAddress(bytes)
        case .supervisorMessage: fuzzSupervisorMessage(bytes)
        case .tlsClient: fuzzTLSClient(bytes)
        case .tlsHandshake: fuzzTLSHandshake(bytes)
        case .transportParameters: fuzzTransportParameters(bytes)
        case .workerMessage: fuzzWorkerMessage(bytes)
        }
    }
}
