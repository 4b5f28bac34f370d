internal import COpenSSL

/// A header protection key (RFC 9001 §5.4), for both directions. Confined to one thread at a time.
package final class HeaderProtectionKey {
    /// Octets of a mask.
    package static let maskLength = 5
    /// Octets of ciphertext that a mask is made from.
    package static let sampleLength = 16

    private let isStream: Bool
    private let context: OpaquePointer

    /// Copies `key`, which must be `suite.keyLength` octets.
    package init(suite: CipherSuite, key: UnsafeRawBufferPointer) {
        precondition(key.count == suite.keyLength, "wrong length of a header protection key")
        guard let context = EVP_CIPHER_CTX_new() else { fatalError("out of memory") }
        self.context = context
        isStream = suite == .chacha20Poly1305SHA256
        let cipher = CipherAlgorithms.shared.headerProtection(for: suite)
        let key = key.assumingMemoryBound(to: UInt8.self).baseAddress
        precondition(EVP_EncryptInit_ex(context, cipher, nil, key, nil) == 1)
        EVP_CIPHER_CTX_set_padding(context, 0)
    }

    deinit {
        EVP_CIPHER_CTX_free(context)  // erases the key
    }

    /// Writes the 5 octets of the mask for a sample of 16 octets.
    package func mask(into output: UnsafeMutableRawPointer, sample: UnsafeRawPointer) -> Bool {
        isStream ? streamMask(into: output, sample) : blockMask(into: output, sample)
    }

    // RFC 9001 §5.4.3: the first octets of AES-ECB(key, sample).
    private func blockMask(into output: UnsafeMutableRawPointer, _ sample: UnsafeRawPointer) -> Bool {
        var block = (UInt64(0), UInt64(0))
        return withUnsafeMutableBytes(of: &block) { block in
            let bytes = block.baseAddress!.assumingMemoryBound(to: UInt8.self)
            let input = sample.assumingMemoryBound(to: UInt8.self)
            var count: Int32 = 0
            guard EVP_EncryptUpdate(context, bytes, &count, input, Int32(Self.sampleLength)) == 1 else {
                return false
            }
            output.copyMemory(from: bytes, byteCount: Self.maskLength)
            return true
        }
    }

    // RFC 9001 §5.4.4: ChaCha20 over zeros; the sample is the counter (4 octets, little-endian)
    // and the nonce (12), which is how OpenSSL lays out the IV of ChaCha20.
    private func streamMask(into output: UnsafeMutableRawPointer, _ sample: UnsafeRawPointer) -> Bool {
        let iv = sample.assumingMemoryBound(to: UInt8.self)
        guard EVP_EncryptInit_ex(context, nil, nil, nil, iv) == 1 else { return false }
        let zeros = UInt64(0)
        return withUnsafeBytes(of: zeros) { zeros in
            let input = zeros.baseAddress!.assumingMemoryBound(to: UInt8.self)
            let bytes = output.assumingMemoryBound(to: UInt8.self)
            var count: Int32 = 0
            return EVP_EncryptUpdate(context, bytes, &count, input, Int32(Self.maskLength)) == 1
        }
    }
}
