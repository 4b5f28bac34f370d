internal import CQUICShims
package import QUICLB
package import TLS

/// Packets that a server sends without a connection. One a listener; no allocation a Retry.
package final class StatelessPackets {
    /// AEAD_AES_128_GCM with the key of RFC 9001 §5.8.
    private var integrity: ngtcp2_crypto_aead_ctx
    private var aead: ngtcp2_crypto_aead
    private let encrypt = Connection.callbacks.encrypt!

    private static let integrityKey: [UInt8] = [
        0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e,
    ]

    package init() {
        let key = Self.integrityKey.withUnsafeBytes {
            PacketKey(.sealing, suite: .aes128GCMSHA256, key: $0)
        }
        integrity = ngtcp2_crypto_aead_ctx(native_handle: Unmanaged.passRetained(key).toOpaque())
        aead = ngtcp2_crypto_aead()
        aead.max_overhead = CipherSuite.tagLength
    }

    deinit {
        Unmanaged<PacketKey>.fromOpaque(integrity.native_handle).release()
    }

    /// The longest Retry with a token of `tokenLength` octets (RFC 9000 §17.2.5).
    package static func maximumRetryLength(tokenLength: Int) -> Int {
        1 + 4 + 2 * (1 + ConnectionID.maximumLength) + tokenLength + CipherSuite.tagLength
    }

    /// Writes a Retry packet in answer to an Initial.
    ///
    /// - Parameters:
    ///   - packet: the Initial.
    ///   - source: the server's connection ID from now on.
    /// - Returns: its length; nil where it does not fit.
    package func writeRetry(
        answering packet: FirstPacket, source: ConnectionID, token: UnsafeRawBufferPointer,
        to buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        var peerID = ngtcp2_cid(packet.source)
        var ownID = ngtcp2_cid(source)
        var originalID = ngtcp2_cid(packet.destination)
        let count = ngtcp2_pkt_write_retry(
            buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count, packet.version, &peerID,
            &ownID,
            &originalID, token.baseAddress?.assumingMemoryBound(to: UInt8.self), token.count, encrypt, &aead,
            &integrity)
        return count > 0 ? count : nil
    }

    /// The longest refusal, in octets.
    package static let maximumRefusalLength = 128

    /// Writes an Initial packet with CONNECTION_CLOSE in answer to an Initial (RFC 9000 §10.2.3).
    ///
    /// - Parameter error: QUIC's own error code (RFC 9000 §20.1).
    /// - Returns: its length; nil where it does not fit.
    package func writeRefusal(
        of packet: FirstPacket, error: TransportErrorCode, to buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        var peerID = ngtcp2_cid(packet.source)
        var ownID = ngtcp2_cid(packet.destination)
        let secrets = packet.destination.withUnsafeBytes {
            InitialSecrets.derive(destinationConnectionID: $0)
        }
        let protection = PacketProtection(secrets.server, .sealing)
        defer { protection.release() }
        var (key, mask) = (protection.aead, protection.mask)
        var header = ngtcp2_crypto_cipher()
        let count = protection.iv.withUnsafeOctets { iv in
            ngtcp2_pkt_write_connection_close(
                buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count, packet.version,
                &peerID,
                &ownID, error.rawValue, nil, 0, encrypt, &aead, &key, iv.baseAddress,
                Connection.callbacks.hp_mask!, &header, &mask)
        }
        return count > 0 ? count : nil
    }
}
