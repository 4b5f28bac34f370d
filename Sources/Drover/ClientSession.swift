internal import Transport

/// What a client keeps of a connection to resume it (RFC 8446 §2.2) and to show its address (RFC 9000 §8.1.3).
///
/// Whoever has it can take the client's place in the next handshake: it is to be kept like a password.
public struct ClientSession: Hashable, Sendable, Codable {
    private var tls: [UInt8]
    private var token: [UInt8]

    init(_ resumption: Resumption) {
        tls = resumption.session ?? []
        token = resumption.token
    }

    var resumption: Resumption {
        var resumption = Resumption()
        resumption.session = tls
        resumption.token = token
        return resumption
    }
}
