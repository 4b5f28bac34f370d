internal import COpenSSL

/// HMAC (RFC 2104) over a hash on the stack. Copying a keyed value saves hashing the key again.
struct HMAC<Hash: HashState> {
    private var inner = Hash()
    private var outer = Hash()

    init(key: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(byteCount: Hash.blockLength, alignment: 8) { block in
            block.initializeMemory(as: UInt8.self, repeating: 0)
            if key.count > Hash.blockLength {
                var hash = Hash()
                hash.update(key)
                hash.finish(into: block.baseAddress!)
            } else {
                block.copyMemory(from: key)
            }
            for index in block.indices { block[index] ^= 0x36 }
            inner.update(UnsafeRawBufferPointer(block))
            for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
            outer.update(UnsafeRawBufferPointer(block))
            OPENSSL_cleanse(block.baseAddress, block.count)
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        inner.update(bytes)
    }

    /// Writes `Hash.digestLength` octets. The state is spent.
    mutating func finish(into digest: UnsafeMutableRawPointer) {
        inner.finish(into: digest)
        outer.update(UnsafeRawBufferPointer(start: digest, count: Hash.digestLength))
        outer.finish(into: digest)
    }

    /// Overwrites the state, from which the key's effect could be read.
    mutating func erase() {
        withUnsafeMutableBytes(of: &self) { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
