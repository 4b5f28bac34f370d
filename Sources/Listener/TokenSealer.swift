package import CLinux
package import Control
package import Linux
package import QUICLB
internal import TLS

/// Makes and opens the tokens of the pool: those of any worker, and of one that was there before. No allocation a
/// token.
package final class TokenSealer {
    private struct Key {
        let id: UInt8
        let sealing: PacketKey
        let opening: PacketKey

        init(_ key: TokenKey) {
            id = key.id
            (sealing, opening) = key.octets.withUnsafeBytes { octets in
                (
                    PacketKey(.sealing, suite: .aes128GCMSHA256, key: octets),
                    PacketKey(.opening, suite: .aes128GCMSHA256, key: octets)
                )
            }
        }
    }

    /// Newest first.
    private var keys: [Key]
    /// Of the nonces that this worker makes: 48 random bits, so that no two workers' are the same.
    private let noncePrefix: UInt64
    private var tokensMade: UInt64 = 0
    /// Kind, key ID and binding: what is authenticated and not in the token, or not sealed.
    private let associated: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - keys: newest first; one at least.
    ///   - random: 64 random bits.
    package init(keys: [TokenKey], random: UInt64) {
        self.keys = keys.map(Key.init)
        noncePrefix = random
        associated = .allocate(
            byteCount: AddressToken.headerLength + AddressToken.maximumBindingLength, alignment: 8)
    }

    deinit {
        associated.deallocate()
    }

    /// Makes tokens by the first of `keys` from now on.
    package func setKeys(_ keys: [TokenKey]) {
        self.keys = keys.map(Key.init)
    }

    /// Writes a token of a Retry, for the client at `address`.
    ///
    /// - Parameters:
    ///   - originalDestination: where the client's Initial was sent.
    ///   - source: the Retry's Source Connection ID, to which the next one will be sent.
    ///   - buffer: of `AddressToken.maximumLength` octets.
    /// - Returns: its length.
    package func writeRetryToken(
        for address: clinux_address, originalDestination: ConnectionID, source: ConnectionID,
        at now: WallTime,
        to buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        write(.retry, address, originalDestination, source, now, to: buffer)
    }

    /// Writes a token of NEW_TOKEN, otherwise as `writeRetryToken`.
    package func writeNewToken(
        for address: clinux_address, at now: WallTime, to buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        write(.newToken, address, ConnectionID(), ConnectionID(), now, to: buffer)
    }

    private func write(
        _ kind: AddressToken.Kind, _ address: clinux_address, _ original: ConnectionID,
        _ source: ConnectionID,
        _ now: WallTime, to buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let key = keys[0]
        let sealedStart = AddressToken.headerLength + AddressToken.nonceLength
        let plaintextCount = AddressToken.timeLength + original.count
        buffer[0] = kind.rawValue
        buffer[1] = key.id
        tokensMade += 1
        let nonce = UnsafeMutableRawBufferPointer(rebasing: buffer[AddressToken.headerLength..<sealedStart])
        TokenNonce(prefix: noncePrefix, number: tokensMade).write(to: nonce)
        buffer.storeBytes(of: now.milliseconds.bigEndian, toByteOffset: sealedStart, as: UInt64.self)
        let plaintext = UnsafeMutableRawBufferPointer(rebasing: buffer[sealedStart...].prefix(plaintextCount))
        original.withUnsafeBytes { octets in
            UnsafeMutableRawBufferPointer(rebasing: plaintext[AddressToken.timeLength...])
                .copyMemory(from: octets)
        }
        let isSealed = key.sealing.seal(
            into: plaintext.baseAddress!, plaintext: UnsafeRawBufferPointer(plaintext),
            nonce: UnsafeRawBufferPointer(nonce),
            aad: associate(kind, key.id, address, source))
        precondition(isSealed, "libcrypto could not seal a token")
        return sealedStart + plaintextCount + AddressToken.tagLength
    }

    private func associate(
        _ kind: AddressToken.Kind, _ keyID: UInt8, _ address: clinux_address, _ source: ConnectionID
    ) -> UnsafeRawBufferPointer {
        associated[0] = kind.rawValue
        associated[1] = keyID
        let rest = UnsafeMutableRawBufferPointer(rebasing: associated[AddressToken.headerLength...])
        let count = AddressToken.writeBinding(kind, address, source, to: rest)
        return UnsafeRawBufferPointer(rebasing: associated[..<(AddressToken.headerLength + count)])
    }

    /// Opens a token that came in an Initial.
    ///
    /// - Parameters:
    ///   - address: where the Initial came from.
    ///   - destination: its Destination Connection ID.
    /// - Returns: nil where it is none that the pool made for this address, or its key is out of use.
    package func open(
        _ token: UnsafeRawBufferPointer, from address: clinux_address, destination: ConnectionID
    ) -> AddressToken.Contents? {
        guard (AddressToken.overhead...AddressToken.maximumLength).contains(token.count),
            let kind = AddressToken.Kind(rawValue: token[0]),
            let key = keys.first(where: { $0.id == token[1] })
        else { return nil }
        let sealedStart = AddressToken.headerLength + AddressToken.nonceLength
        let nonce = UnsafeRawBufferPointer(rebasing: token[AddressToken.headerLength..<sealedStart])
        let aad = associate(kind, key.id, address, kind == .retry ? destination : ConnectionID())
        let plaintextCount = token.count - sealedStart - AddressToken.tagLength
        return withUnsafeTemporaryAllocation(byteCount: token.count, alignment: 8) { plaintext in
            guard
                key.opening.open(
                    into: plaintext.baseAddress!,
                    ciphertext: UnsafeRawBufferPointer(rebasing: token[sealedStart...]), nonce: nonce,
                    aad: aad)
            else { return nil }
            let original = plaintext[AddressToken.timeLength..<plaintextCount]
            return AddressToken.Contents(
                kind: kind, issued: UInt64(bigEndian: plaintext.loadUnaligned(as: UInt64.self)),
                nonce: TokenNonce(nonce),
                originalDestination: ConnectionID(UnsafeRawBufferPointer(rebasing: original))!)
        }
    }
}
