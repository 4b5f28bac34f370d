internal import Synchronization
internal import TLS

/// ```
/// flags (1) | { kind (1) | count (2) | octets of CRYPTO frames } …
/// ```
///
/// A kind is a level, or the Finished of an honest client, which has no count and octets.
func fuzzTLSHandshake(_ bytes: UnsafeRawBufferPointer) {
    let input = InputReader(bytes)
    sharedContext.withLock { context in
        weak var handshakeAfterwards: OpenSSLHandshake?
        do {
            let connection = FuzzedConnection(flags: input.rest.first ?? 0)
            guard let handshake = try? context.makeHandshake(delegate: connection) else {
                preconditionFailure("no handshake can be made")
            }
            handshakeAfterwards = handshake
            withExtendedLifetime(connection) { feed(input, to: handshake, of: connection) }
        }
        precondition(handshakeAfterwards == nil, "the handshake is retained")
    }
}

private func feed(
    _ input: InputReader, to handshake: OpenSSLHandshake, of connection: FuzzedConnection
) {
    var failure: HandshakeFailure?
    var wasFinishedHonestly = false
    var input = input
    _ = input.octet()
    while !input.rest.isEmpty {
        let level: EncryptionLevel
        let data: [UInt8]
        switch input.octet() & 0b11 {
        case 0: (level, data) = (.initial, input.piece())
        case 1: (level, data) = (.handshake, input.piece())
        case 2: (level, data) = (.application, input.piece())
        default:
            guard let finished = connection.clientFinished() else { continue }
            (level, data) = (.handshake, finished)
            wasFinishedHonestly = true
        }
        if level == .initial { connection.transcript += data }
        let ended = handshake.failure(receiving: data, level: level)
        // Nothing is received of no octets.
        if !data.isEmpty {
            precondition(failure == nil || failure == ended, "a failure is final")
            failure = ended
        }
        if let ended { precondition(!ended.description.isEmpty && ended.errorCode < 0x200) }
        precondition(!handshake.isComplete || wasFinishedHonestly, "complete without the keys")
        _ = (handshake.applicationProtocol, handshake.serverName)
    }
}

/// Under a lock because a context is confined to one thread.
private let sharedContext: Mutex<ServerContext> = {
    do {
        let certificate = try DevelopmentCertificate()
        let context = try ServerContext(
            ServerOptions(
                credentials: [CredentialsSource(certificate)], applicationProtocols: ["echo", "h3"],
                ticketKeys: [Array(repeating: 7, count: ServerContext.ticketKeyLength)]))
        return Mutex(context)
    } catch {
        preconditionFailure("\(error)")
    }
}()

extension InputReader {
    /// As much as is left where the count is greater.
    fileprivate mutating func piece() -> [UInt8] {
        let count = Int(octet()) << 8 | Int(octet())
        return available(count)
    }
}

extension OpenSSLHandshake {
    fileprivate func failure(receiving data: [UInt8], level: EncryptionLevel) -> HandshakeFailure? {
        data.withUnsafeBytes { data in
            do throws(HandshakeFailure) {
                try receive(data, level: level)
                return nil
            } catch {
                return error
            }
        }
    }
}
