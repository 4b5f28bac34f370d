internal import COpenSSL

/// A running hash, as a value on the stack.
///
/// The low-level functions of libcrypto: `EVP_Digest…` and `EVP_KDF` look their algorithm up and
/// allocate a context each time, which costs more than the hash of so few octets.
protocol HashState {
    static var blockLength: Int { get }
    static var digestLength: Int { get }

    init()
    mutating func update(_ bytes: UnsafeRawBufferPointer)

    /// Writes `digestLength` octets. The state is spent.
    mutating func finish(into digest: UnsafeMutableRawPointer)
}

struct SHA256State: HashState {
    static let blockLength = 64
    static let digestLength = 32

    private var context = SHA256_CTX()

    init() {
        SHA256_Init(&context)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    mutating func finish(into digest: UnsafeMutableRawPointer) {
        SHA256_Final(digest.assumingMemoryBound(to: UInt8.self), &context)
    }
}

struct SHA384State: HashState {
    static let blockLength = 128
    static let digestLength = 48

    private var context = SHA512_CTX()

    init() {
        SHA384_Init(&context)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA384_Update(&context, bytes.baseAddress, bytes.count)
    }

    mutating func finish(into digest: UnsafeMutableRawPointer) {
        SHA384_Final(digest.assumingMemoryBound(to: UInt8.self), &context)
    }
}
