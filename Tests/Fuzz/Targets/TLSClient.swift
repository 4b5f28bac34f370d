internal import Synchronization
internal import TLS

/// What a server, or somebody between, tells a client.
///
/// ```
/// { kind (1) … } …
/// kind 0: the next message of an honest server   1: the same, changed: place (2), change (1)
///      2 to 4: CRYPTO data at a level: count (2), octets
/// ```
func fuzzTLSClient(_ bytes: UnsafeRawBufferPointer) {
    contexts.withLock { contexts in
        var exchange = Exchange(contexts)
        var input = InputReader(bytes)
        while !input.rest.isEmpty {
            switch input.octet() % 5 {
            case 0: exchange.deliverNext { _ in }
            case 1:
                let (place, change) = (Int(input.octet()) << 8 | Int(input.octet()), input.octet())
                exchange.deliverNext { $0[place % $0.count] ^= change }
            case let kind:
                let level: EncryptionLevel = kind == 2 ? .initial : kind == 3 ? .handshake : .application
                exchange.deliver(input.available(Int(input.octet()) << 8 | Int(input.octet())), at: level)
            }
        }
    }
}

/// A client's handshake with an honest server's, and what became of it.
private struct Exchange {
    private let client: OpenSSLHandshake
    private let server: OpenSSLHandshake
    private let clientSide = Side()
    private let serverSide = Side()
    private var failure: HandshakeFailure?
    private var isHonest = true

    init(_ contexts: Contexts) {
        do {
            server = try contexts.server.makeHandshake(delegate: serverSide)
            client = try contexts.client.makeHandshake(
                with: "localhost", session: nil, delegate: clientSide)
            try client.start()
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Has the server answer what the client said, and gives the client the next of its messages.
    mutating func deliverNext(change: (inout [UInt8]) -> Void) {
        relayToServer()
        guard !serverSide.written.isEmpty else { return }
        var (level, message) = serverSide.written.removeFirst()
        let honest = message
        change(&message)
        if message != honest, !client.isComplete { isHonest = false }
        receive(message, at: level)
    }

    mutating func deliver(_ octets: [UInt8], at level: EncryptionLevel) {
        guard !octets.isEmpty else { return }
        if !client.isComplete { isHonest = false }
        receive(octets, at: level)
    }

    private mutating func receive(_ octets: [UInt8], at level: EncryptionLevel) {
        let ended = octets.withUnsafeBytes { octets -> HandshakeFailure? in
            do throws(HandshakeFailure) {
                try client.receive(octets, level: level)
                return nil
            } catch {
                return error
            }
        }
        precondition(failure == nil || failure == ended, "a failure is final")
        failure = ended
        if let ended { precondition(!ended.description.isEmpty && ended.errorCode < 0x200) }
        precondition(!client.isComplete || isHonest, "complete though the server was not honest")
        _ = (client.applicationProtocol, client.peerCertificate, client.isResumed)
    }

    private func relayToServer() {
        while !clientSide.written.isEmpty {
            let (level, message) = clientSide.written.removeFirst()
            message.withUnsafeBytes { try? server.receive($0, level: level) }
        }
    }
}

/// One end's connection: it keeps what is to be sent.
private final class Side: QUICHandshakeDelegate {
    var written: [(EncryptionLevel, [UInt8])] = []

    func handshake(didInstallReadSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {}
    func handshake(didInstallWriteSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {}

    func handshake(didWrite bytes: UnsafeRawBufferPointer, level: EncryptionLevel) {
        written.append((level, Array(bytes)))
    }

    func handshake(didReceiveTransportParameters bytes: UnsafeRawBufferPointer) -> Bool { true }

    func handshakeTransportParameters(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        // initial_source_connection_id (RFC 9000 §18.2)
        let parameters: [UInt8] = [0x0f, 4, 0x11, 0x22, 0x33, 0x44]
        buffer.copyBytes(from: parameters)
        return parameters.count
    }

    func handshake(didMakeSession session: [UInt8]) {
        precondition(!session.isEmpty, "a session of nothing")
    }
}

private struct Contexts {
    let server: ServerContext
    let client: ClientContext
}

/// Under a lock because a context is confined to one thread.
private let contexts: Mutex<Contexts> = {
    do {
        let certificate = try DevelopmentCertificate()
        var options = ClientOptions(applicationProtocols: ["echo"])
        options.authorities = .certificates(certificate.certificateChainPEM)
        return Mutex(
            Contexts(
                server: try ServerContext(
                    ServerOptions(
                        credentials: [CredentialsSource(certificate)], applicationProtocols: ["echo"],
                        ticketKeys: [Array(repeating: 7, count: ServerContext.ticketKeyLength)])),
                client: try ClientContext(options)))
    } catch {
        preconditionFailure("\(error)")
    }
}()
