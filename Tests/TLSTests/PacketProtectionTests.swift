import Testing

@testable import TLS

@Suite struct PacketProtectionTests {
    /// A packet of RFC 9001 appendix A with what protects it.
    struct Vector: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var secret: TrafficSecret
        var packetNumber: UInt64
        var packetNumberLength: Int
        var header: [UInt8]
        var payload: [UInt8]
        var mask: [UInt8]
        var protected: [UInt8]
    }

    static let initialSecrets = hex("8394c8f03e515708").withUnsafeBytes {
        InitialSecrets.derive(destinationConnectionID: $0)
    }

    static let vectors = [
        Vector(
            testDescription: "server Initial, RFC 9001 §A.3", secret: initialSecrets.server,
            packetNumber: 1, packetNumberLength: 2, header: hex("c1000000010008f067a5502a4262b50040750001"),
            payload: hex(
                """
                02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a
                045a1200130100002e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bc
                f32bb9da1a002b00020304
                """),
            mask: hex("2ec0d8356a"),
            protected: hex(
                """
                cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c697975
                54780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bde
                d74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407d
                d074ee
                """)),
        Vector(
            testDescription: "ChaCha20-Poly1305 short header, RFC 9001 §A.5",
            secret: TrafficSecret(
                .chacha20Poly1305SHA256,
                "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b"),
            packetNumber: 654_360_564, packetNumberLength: 3, header: hex("4200bff4"), payload: hex("01"),
            mask: hex("aefefe7d03"), protected: hex("4cfe4189655e5cd55c41f69080575d7999c25a5bfb")),
    ]

    @Test(arguments: vectors) func protects(_ vector: Vector) throws {
        let key = vector.secret.makePacketKey(.sealing)
        var packet = try #require(
            (vector.header + vector.payload)
                .sealed(with: key, headerCount: vector.header.count, nonce: vector.nonce))
        let mask = packet.mask(with: vector.secret.makeHeaderProtectionKey(), at: vector.sampleOffset)
        #expect(mask == vector.mask)
        packet.apply(mask, vector)
        #expect(packet == vector.protected)
    }

    @Test(arguments: vectors) func unprotects(_ vector: Vector) {
        var packet = vector.protected
        let mask = packet.mask(with: vector.secret.makeHeaderProtectionKey(), at: vector.sampleOffset)
        packet.apply(mask, vector)
        #expect(packet.prefix(vector.header.count) == vector.header[...])
        let key = vector.secret.makePacketKey(.opening)
        let opened = packet.opened(with: key, headerCount: vector.header.count, nonce: vector.nonce)
        #expect(opened == vector.header + vector.payload)
    }

    // RFC 9001 §A.2: only the header protection, of a packet with a long payload.
    @Test func clientInitialMask() {
        let sample = hex("d1b1c98dd7689fb8ec11d242b123dc9b")
        #expect(
            sample.mask(with: Self.initialSecrets.client.makeHeaderProtectionKey(), at: 0)
                == hex("437b9aec36"))
    }

    @Test(arguments: [CipherSuite.aes128GCMSHA256, .aes256GCMSHA384, .chacha20Poly1305SHA256])
    func alteredPacketsDoNotOpen(suite: CipherSuite) throws {
        let secret = TrafficSecret(suite, String(repeating: "5a", count: suite.hashLength))
        let sealing = secret.makePacketKey(.sealing)
        let opening = secret.makePacketKey(.opening)
        let nonce = octets(12, secret.deriveIV)
        let plain = Array(UInt8(0)...59)
        let sealed = try #require(plain.sealed(with: sealing, headerCount: 9, nonce: nonce))
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 0x10
            #expect(altered.opened(with: opening, headerCount: 9, nonce: nonce) == nil)
        }
        var other = nonce
        other[11] ^= 1
        #expect(sealed.opened(with: opening, headerCount: 9, nonce: other) == nil)
        #expect(sealed.opened(with: opening, headerCount: 9, nonce: nonce) == plain)
    }

    @Test func shorterThanATagDoesNotOpen() {
        let key = Self.initialSecrets.client.makePacketKey(.opening)
        let packet = [UInt8](repeating: 0, count: 20)
        #expect(packet.opened(with: key, headerCount: 5, nonce: [UInt8](repeating: 0, count: 12)) == nil)
    }
}

extension PacketProtectionTests.Vector {
    var nonce: [UInt8] {
        var nonce = octets(CipherSuite.ivLength, secret.deriveIV)
        for index in 0..<8 { nonce[11 - index] ^= UInt8(truncatingIfNeeded: packetNumber >> (8 * index)) }
        return nonce
    }

    /// RFC 9001 §5.4.2: four octets after where the packet number starts.
    var sampleOffset: Int { header.count - packetNumberLength + 4 }
}

extension [UInt8] {
    /// Seals in place what follows the header.
    fileprivate func sealed(with key: PacketKey, headerCount: Int, nonce: [UInt8]) -> [UInt8]? {
        var packet = self + [UInt8](repeating: 0, count: CipherSuite.tagLength)
        let isSealed = packet.withUnsafeMutableBytes { packet in
            let header = UnsafeRawBufferPointer(rebasing: packet[..<headerCount])
            let plaintext = UnsafeRawBufferPointer(rebasing: packet[headerCount..<count])
            return nonce.withUnsafeBytes {
                key.seal(
                    into: packet.baseAddress! + headerCount, plaintext: plaintext, nonce: $0, aad: header)
            }
        }
        return isSealed ? packet : nil
    }

    /// Opens in place what follows the header.
    fileprivate func opened(with key: PacketKey, headerCount: Int, nonce: [UInt8]) -> [UInt8]? {
        var packet = self
        let isOpened = packet.withUnsafeMutableBytes { packet in
            let header = UnsafeRawBufferPointer(rebasing: packet[..<headerCount])
            let ciphertext = UnsafeRawBufferPointer(rebasing: packet[headerCount...])
            return nonce.withUnsafeBytes {
                key.open(
                    into: packet.baseAddress! + headerCount, ciphertext: ciphertext, nonce: $0, aad: header)
            }
        }
        return isOpened ? packet.dropLast(CipherSuite.tagLength) : nil
    }

    fileprivate func mask(with key: HeaderProtectionKey, at offset: Int) -> [UInt8] {
        octets(HeaderProtectionKey.maskLength) { output in
            withUnsafeBytes { _ = key.mask(into: output.baseAddress!, sample: $0.baseAddress! + offset) }
        }
    }

    /// RFC 9001 §5.4.1
    fileprivate mutating func apply(_ mask: [UInt8], _ vector: PacketProtectionTests.Vector) {
        self[0] ^= mask[0] & (vector.header[0] & 0x80 == 0 ? 0x1f : 0x0f)
        for index in 0..<vector.packetNumberLength {
            self[vector.header.count - vector.packetNumberLength + index] ^= mask[1 + index]
        }
    }
}
