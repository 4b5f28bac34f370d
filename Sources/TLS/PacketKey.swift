internal import COpenSSL

/// An AEAD with a fixed key, for one direction (RFC 9001 §5.3).
///
/// The key schedule is computed once; a packet sets only the nonce and allocates nothing. Confined
/// to one thread at a time.
package final class PacketKey {
    package enum Direction: Sendable {
        case sealing
        case opening
    }

    package let suite: CipherSuite
    /// Whose packets it protects, unretained; for callbacks that are given no more than the key.
    package var owner: UnsafeRawPointer?
    private let context: OpaquePointer

    /// Copies `key`, which must be `suite.keyLength` octets.
    package init(_ direction: Direction, suite: CipherSuite, key: UnsafeRawBufferPointer) {
        precondition(key.count == suite.keyLength, "wrong length of an AEAD key")
        guard let context = EVP_CIPHER_CTX_new() else { fatalError("out of memory") }
        self.suite = suite
        self.context = context
        let cipher = CipherAlgorithms.shared.aead(for: suite)
        let key = key.assumingMemoryBound(to: UInt8.self).baseAddress
        let encrypt: Int32 = direction == .sealing ? 1 : 0
        precondition(EVP_CipherInit_ex(context, cipher, nil, key, nil, encrypt) == 1)
    }

    deinit {
        EVP_CIPHER_CTX_free(context)  // erases the key
    }

    /// Writes `plaintext.count + CipherSuite.tagLength` octets to `dest`, which is either where
    /// `plaintext` starts or apart from it.
    package func seal(
        into dest: UnsafeMutableRawPointer, plaintext: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer, aad: UnsafeRawBufferPointer
    ) -> Bool {
        let output = dest.assumingMemoryBound(to: UInt8.self)
        let tag = output + plaintext.count
        var count: Int32 = 0
        return start(nonce: nonce, aad: aad)
            && update(into: output, plaintext)
            && EVP_EncryptFinal_ex(context, tag, &count) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(CipherSuite.tagLength), tag) == 1
    }

    /// Writes `ciphertext.count - CipherSuite.tagLength` octets to `dest`, which is either where
    /// `ciphertext` starts or apart from it. False if the packet is not authentic; `dest` then
    /// holds what must not be used.
    package func open(
        into dest: UnsafeMutableRawPointer, ciphertext: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer, aad: UnsafeRawBufferPointer
    ) -> Bool {
        let length = ciphertext.count - CipherSuite.tagLength
        guard length >= 0 else { return false }
        let output = dest.assumingMemoryBound(to: UInt8.self)
        let tag = UnsafeMutableRawPointer(mutating: ciphertext.baseAddress! + length)
        var count: Int32 = 0
        return start(nonce: nonce, aad: aad)
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(CipherSuite.tagLength), tag) == 1
            && update(into: output, UnsafeRawBufferPointer(rebasing: ciphertext[..<length]))
            && EVP_DecryptFinal_ex(context, output + length, &count) == 1
    }

    private func start(nonce: UnsafeRawBufferPointer, aad: UnsafeRawBufferPointer) -> Bool {
        precondition(nonce.count == CipherSuite.ivLength, "wrong length of a nonce")
        let iv = nonce.baseAddress!.assumingMemoryBound(to: UInt8.self)
        return EVP_CipherInit_ex(context, nil, nil, nil, iv, -1) == 1 && update(into: nil, aad)
    }

    private func update(into output: UnsafeMutablePointer<UInt8>?, _ input: UnsafeRawBufferPointer) -> Bool {
        guard !input.isEmpty else { return true }
        var count: Int32 = 0
        let bytes = input.baseAddress!.assumingMemoryBound(to: UInt8.self)
        return EVP_CipherUpdate(context, output, &count, bytes, Int32(input.count)) == 1
    }
}
