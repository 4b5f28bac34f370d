internal import CQUICShims
package import QUICLB
package import TLS

/// Packets that a server sends without a connection. One a listener; no allocation a Retry.
package final class StatelessPackets {
    private var integrity = RetryIntegrity.makeKey()
    private var aead = RetryIntegrity.aead
    private let encrypt = Connection.callbacks.encrypt!

    package init() {}

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
