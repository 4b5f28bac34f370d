internal import CQUICShims
internal import TLS

/// The keys of one direction and level in the form that ngtcp2 keeps: contexts that own a `PacketKey` and a
/// `HeaderProtectionKey`. ngtcp2 gives each back by its delete callback.
struct PacketProtection {
    let aead: ngtcp2_crypto_aead_ctx
    /// Empty where a key update keeps the header protection key (RFC 9001 §6.1).
    let mask: ngtcp2_crypto_cipher_ctx
    let iv: InitializationVector

    /// - Parameter owner: the connection that looks into what the key protects; it outlives the key.
    init(
        _ secret: TrafficSecret, _ direction: PacketKey.Direction, keepsMask: Bool = false,
        owner: Connection? = nil
    ) {
        let key = secret.makePacketKey(direction)
        key.owner = owner.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }
        aead = ngtcp2_crypto_aead_ctx(native_handle: Unmanaged.passRetained(key).toOpaque())
        let header = keepsMask ? nil : Unmanaged.passRetained(secret.makeHeaderProtectionKey()).toOpaque()
        mask = ngtcp2_crypto_cipher_ctx(native_handle: header)
        iv = InitializationVector(secret)
    }

    /// Frees the keys, where ngtcp2 did not take them.
    func release() {
        Unmanaged<PacketKey>.fromOpaque(aead.native_handle).release()
        if let mask = mask.native_handle { Unmanaged<HeaderProtectionKey>.fromOpaque(mask).release() }
    }
}

/// What a packet number is mixed with to make a nonce (RFC 9001 §5.3).
struct InitializationVector {
    private var words: (UInt64, UInt32) = (0, 0)

    init(_ secret: TrafficSecret) {
        withUnsafeMutableBytes(of: &words) { words in
            secret.deriveIV(into: UnsafeMutableRawBufferPointer(rebasing: words[..<CipherSuite.ivLength]))
        }
    }

    func withUnsafeOctets<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeBytes(of: words) { words in
            words.prefix(CipherSuite.ivLength).withMemoryRebound(to: UInt8.self) { body($0) }
        }
    }
}

extension ngtcp2_crypto_ctx {
    /// The algorithms of `suite`, by which ngtcp2 knows its limits; keys come in their own contexts.
    init(_ suite: CipherSuite) {
        self.init()
        aead.max_overhead = CipherSuite.tagLength
        max_encryption = suite.confidentialityLimit
        max_decryption_failure = suite.integrityLimit
    }
}
