private import QUICLB
private import TLS

/// First packets of connections, as a client makes them (RFC 9000 §17.2.2).
package enum InitialPacket {
    private static let packetNumberLength = 4

    /// A datagram with an Initial that begins a ClientHello: a server has to wait for the rest of it.
    package static func datagram(
        destination: [UInt8], source: [UInt8] = [1, 2, 3, 4], token: [UInt8] = [], count: Int = 1200
    ) -> [UInt8] {
        let secret = destination.withUnsafeBytes { InitialSecrets.derive(destinationConnectionID: $0).client }
        var header: [UInt8] = [0xc0 | UInt8(packetNumberLength - 1), 0, 0, 0, 1]
        header += [UInt8(destination.count)] + destination + [UInt8(source.count)] + source
        header += [0x40 | UInt8(token.count >> 8), UInt8(truncatingIfNeeded: token.count)] + token
        let length = count - header.count - 2
        header += [0x40 | UInt8(length >> 8), UInt8(truncatingIfNeeded: length)]
        let packetNumberOffset = header.count
        header += [UInt8](repeating: 0, count: packetNumberLength)
        // A CRYPTO frame with the first octets of a ClientHello of 256, then PADDING.
        var payload: [UInt8] = [0x06, 0, 4, 0x01, 0, 1, 0]
        payload += [UInt8](
            repeating: 0, count: count - header.count - CipherSuite.tagLength - payload.count)

        var packet = header + seal(payload, header: header, secret)
        protect(&packet, packetNumberOffset: packetNumberOffset, secret)
        return packet
    }

    /// The payload of a server's Initial, without its protection; nil where it is none.
    ///
    /// - Parameter destination: of the client's first Initial.
    package static func open(_ packet: [UInt8], from destination: [UInt8]) -> [UInt8]? {
        let secret = destination.withUnsafeBytes { InitialSecrets.derive(destinationConnectionID: $0).server }
        guard
            let rest = packet.withUnsafeBytes({ octets in
                LongHeader(octets).map { octets.count - $0.rest.count }
            })
        else { return nil }
        // A token's length of 0, and the packet's (RFC 9000 §16).
        let packetNumberOffset = rest + 1 + (1 << Int(packet[rest + 1] >> 6))
        var packet = packet
        let key = secret.makeHeaderProtectionKey()
        var mask = [UInt8](repeating: 0, count: HeaderProtectionKey.maskLength)
        packet.withUnsafeBytes { packet in
            precondition(key.mask(into: &mask, sample: packet.baseAddress! + packetNumberOffset + 4))
        }
        packet[0] ^= mask[0] & 0x0f
        let length = Int(packet[0] & 3) + 1
        for index in 0..<length { packet[packetNumberOffset + index] ^= mask[1 + index] }
        let start = packetNumberOffset + length
        var iv = [UInt8](repeating: 0, count: CipherSuite.ivLength)
        iv.withUnsafeMutableBytes { secret.deriveIV(into: $0) }
        // RFC 9001 §5.3. The first packets have numbers that are whole.
        for index in 0..<length { iv[iv.count - length + index] ^= packet[packetNumberOffset + index] }
        var payload = [UInt8](repeating: 0, count: packet.count - start - CipherSuite.tagLength)
        let isOpened = payload.withUnsafeMutableBytes { payload in
            packet.withUnsafeBytes { packet in
                iv.withUnsafeBytes { iv in
                    secret.makePacketKey(.opening).open(
                        into: payload.baseAddress!,
                        ciphertext: UnsafeRawBufferPointer(rebasing: packet[start...]), nonce: iv,
                        aad: UnsafeRawBufferPointer(rebasing: packet[..<start]))
                }
            }
        }
        return isOpened ? payload : nil
    }

    private static func seal(_ payload: [UInt8], header: [UInt8], _ secret: TrafficSecret) -> [UInt8] {
        // The packet number is 0, so the nonce is the IV (RFC 9001 §5.3).
        var iv = [UInt8](repeating: 0, count: CipherSuite.ivLength)
        iv.withUnsafeMutableBytes { secret.deriveIV(into: $0) }
        var sealed = [UInt8](repeating: 0, count: payload.count + CipherSuite.tagLength)
        let key = secret.makePacketKey(.sealing)
        let isSealed = sealed.withUnsafeMutableBytes { sealed in
            payload.withUnsafeBytes { payload in
                iv.withUnsafeBytes { iv in
                    header.withUnsafeBytes {
                        key.seal(into: sealed.baseAddress!, plaintext: payload, nonce: iv, aad: $0)
                    }
                }
            }
        }
        precondition(isSealed)
        return sealed
    }

    /// RFC 9001 §5.4
    private static func protect(_ packet: inout [UInt8], packetNumberOffset: Int, _ secret: TrafficSecret) {
        var mask = [UInt8](repeating: 0, count: HeaderProtectionKey.maskLength)
        let key = secret.makeHeaderProtectionKey()
        packet.withUnsafeBytes { packet in
            precondition(key.mask(into: &mask, sample: packet.baseAddress! + packetNumberOffset + 4))
        }
        packet[0] ^= mask[0] & 0x0f
        for index in 0..<packetNumberLength { packet[packetNumberOffset + index] ^= mask[1 + index] }
    }
}
