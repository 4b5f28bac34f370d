internal import COpenSSL
internal import TLS

/// The connection of a handshake that is fed with an input, and what an honest client would know of it.
final class FuzzedConnection: QUICHandshakeDelegate {
    private let acceptsParameters: Bool
    private let hasParameters: Bool
    /// The messages from the ClientHello to the server's Finished, if the peer goes on with the right one.
    var transcript: [UInt8] = []
    private var clientSecret: TrafficSecret?
    private var gotParameters = false
    private var writeLevel = EncryptionLevel.initial
    private var readLevel = EncryptionLevel.initial

    /// - Parameter flags: 1 to refuse the peer's transport parameters, 2 to have none.
    init(flags: UInt8) {
        acceptsParameters = flags & 1 == 0
        hasParameters = flags & 2 == 0
    }

    func handshake(didInstallReadSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {
        precondition(level.rank == readLevel.rank + 1, "a read secret out of order")
        readLevel = level
        if level == .handshake { clientSecret = copy secret }
    }

    func handshake(didInstallWriteSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {
        precondition(gotParameters && acceptsParameters, "a secret before transport parameters")
        precondition(level.rank == writeLevel.rank + 1, "a write secret out of order")
        writeLevel = level
    }

    func handshake(didWrite bytes: UnsafeRawBufferPointer, level: EncryptionLevel) {
        precondition(bytes.count >= 4 && level == writeLevel, "written at a level without keys")
        if isHelloRetryRequest(bytes) {
            // RFC 8446 §4.4.1: a message_hash takes the first ClientHello's place. No session ID precedes the
            // number of the cipher suite.
            let hash = digest(transcript, isSHA384: bytes[39..<41].elementsEqual([0x13, 0x02]))
            transcript = [254, 0, 0, UInt8(hash.count)] + hash
        }
        if level != .application { transcript += bytes }
    }

    func handshake(didReceiveTransportParameters bytes: UnsafeRawBufferPointer) -> Bool {
        precondition(!gotParameters && writeLevel == .initial, "transport parameters twice or late")
        gotParameters = true
        return acceptsParameters
    }

    func handshake(didMakeSession session: [UInt8]) {}

    func handshakeTransportParameters(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        precondition(writeLevel == .handshake, "asked for transport parameters early")
        guard hasParameters else { return nil }
        // initial_source_connection_id (RFC 9000 §18.2)
        let parameters: [UInt8] = [0x0f, 4, 0x11, 0x22, 0x33, 0x44]
        buffer.copyBytes(from: parameters)
        return parameters.count
    }

    /// The client's Finished (RFC 8446 §4.4.4); nil before there are keys for it.
    func clientFinished() -> [UInt8]? {
        guard let secret = clientSecret else { return nil }
        let suite = secret.suite
        let hash = digest(transcript, isSHA384: suite == .aes256GCMSHA384)
        var verifyData = [UInt8](repeating: 0, count: suite.hashLength)
        var key = verifyData
        key.withUnsafeMutableBytes { key in
            secret.withUnsafeBytes { HKDF.expandLabel("finished", secret: $0, suite: suite, into: key) }
        }
        key.withUnsafeBytes { key in
            hash.withUnsafeBytes { hash in
                // HKDF-Extract is HMAC (RFC 5869 §2.2).
                verifyData.withUnsafeMutableBytes {
                    HKDF.extract(suite, salt: key, secret: hash, into: $0)
                }
            }
        }
        return [20, 0, 0, UInt8(verifyData.count)] + verifyData
    }
}

/// A ServerHello by its type, with the random of RFC 8446 §4.1.3.
private func isHelloRetryRequest(_ message: UnsafeRawBufferPointer) -> Bool {
    message[0] == 2 && message.dropFirst(6).starts(with: [0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11])
}

private func digest(_ octets: [UInt8], isSHA384: Bool) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: isSHA384 ? 48 : 32) { digest, count in
        let algorithm = isSHA384 ? EVP_sha384() : EVP_sha256()
        count =
            EVP_Digest(octets, octets.count, digest.baseAddress, nil, algorithm, nil) == 1 ? digest.count : 0
    }
}

extension EncryptionLevel {
    fileprivate var rank: Int {
        switch self {
        case .initial: 0
        case .handshake: 1
        case .application: 2
        }
    }
}
