import Testing

@testable import TLS

@Suite struct KeyDerivationTests {
    // RFC 5869 §A.1
    @Test func hkdfSHA256() {
        let suite = CipherSuite.aes128GCMSHA256
        let key = [UInt8](repeating: 0x0b, count: 22)
        let salt = Array(UInt8(0)...12)
        let info = Array(UInt8(0xf0)...0xf9)
        let extracted = extract(suite, salt: salt, secret: key)
        #expect(extracted == hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"))
        #expect(
            expand(suite, extracted, info: info, count: 42)
                == hex(
                    """
                    3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865
                    """))
    }

    // RFC 5869 §A.2: salt longer than a block, output of several digests.
    @Test func hkdfSHA256Long() {
        let suite = CipherSuite.chacha20Poly1305SHA256
        let extracted = extract(suite, salt: Array(0x60...0xaf), secret: Array(0x00...0x4f))
        #expect(extracted == hex("06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244"))
        #expect(
            expand(suite, extracted, info: Array(0xb0...0xff), count: 82)
                == hex(
                    """
                    b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c
                    59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71
                    cc30c58179ec3e87c14c01d5c1f3434f1d87
                    """))
    }

    // RFC 4231 §4.3, §4.7
    @Test(arguments: [
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            """
            af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e
            8e2240ca5e69e2c78b3239ecfab21649
            """
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            """
            4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6
            0c2ef6ab4030fe8296248df163f44952
            """
        ),
    ])
    func hmacSHA384(key: [UInt8], text: String, digest: String) {
        var hmac = key.withUnsafeBytes { HMAC<SHA384State>(key: $0) }
        Array(text.utf8).withUnsafeBytes { hmac.update($0) }
        #expect(octets(48) { hmac.finish(into: $0.baseAddress!) } == hex(digest))
    }

    // RFC 9001 §A.1
    @Test func initialSecrets() {
        let secrets = hex("8394c8f03e515708").withUnsafeBytes {
            InitialSecrets.derive(destinationConnectionID: $0)
        }
        #expect(
            secrets.client.octets
                == hex("c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea"))
        #expect(octets(16, secrets.client.deriveKey) == hex("1f369613dd76d5467730efcbe3b1a22d"))
        #expect(octets(12, secrets.client.deriveIV) == hex("fa044b2f42a3fd3b46fb255c"))
        #expect(
            octets(16, secrets.client.deriveHeaderProtectionKey) == hex("9f50449e04a0e810283a1e9933adedd2"))
        #expect(
            secrets.server.octets
                == hex("3c199828fd139efd216c155ad844cc81fb82fa8d7446fa7d78be803acdda951b"))
        #expect(octets(16, secrets.server.deriveKey) == hex("cf3a5331653c364c88f0f379b6067e37"))
        #expect(octets(12, secrets.server.deriveIV) == hex("0ac1493ca1905853b0bba03e"))
        #expect(
            octets(16, secrets.server.deriveHeaderProtectionKey) == hex("c206b8d9b9f0f37644430b490eeaa314"))
    }

    // RFC 9001 §A.5
    @Test func chacha20Secret() {
        let secret = TrafficSecret(
            .chacha20Poly1305SHA256, "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b")
        #expect(
            octets(32, secret.deriveKey)
                == hex("c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8"))
        #expect(octets(12, secret.deriveIV) == hex("e0459b3474bdd0e44a41c144"))
        #expect(
            octets(32, secret.deriveHeaderProtectionKey)
                == hex("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4"))
        #expect(
            secret.next().octets
                == hex("1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9"))
    }

    @Test func secretsHaveNoTextualForm() {
        let digits = "9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b"
        let secret = TrafficSecret(.chacha20Poly1305SHA256, digits)
        #expect("\(secret)" == "TrafficSecret(chacha20Poly1305SHA256)")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("154"))  // 0x9a, the first octet
    }

    @Test func erasedSecretIsZero() {
        var secret = TrafficSecret(.aes256GCMSHA384, String(repeating: "ab", count: 48))
        secret.erase()
        #expect(secret.octets == [UInt8](repeating: 0, count: 48))
    }

    private func extract(_ suite: CipherSuite, salt: [UInt8], secret: [UInt8]) -> [UInt8] {
        octets(suite.hashLength) { output in
            salt.withUnsafeBytes { salt in
                secret.withUnsafeBytes { HKDF.extract(suite, salt: salt, secret: $0, into: output) }
            }
        }
    }

    private func expand(_ suite: CipherSuite, _ secret: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        octets(count) { output in
            info.withUnsafeBytes { info in
                secret.withUnsafeBytes { HKDF.expand(suite, secret: $0, info: info, into: output) }
            }
        }
    }
}

extension TrafficSecret {
    init(_ suite: CipherSuite, _ digits: String) {
        self = hex(digits).withUnsafeBytes { TrafficSecret(suite: suite, bytes: $0) }
    }

    var octets: [UInt8] { withUnsafeBytes { Array($0) } }
}
