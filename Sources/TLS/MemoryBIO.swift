internal import COpenSSL

/// Runs `body` with a BIO that reads `bytes`. Nil if out of memory or `body` returns nil.
func withMemoryBIO<Result>(reading bytes: [UInt8], _ body: (OpaquePointer) -> Result?) -> Result? {
    bytes.withUnsafeBytes { bytes in
        ERR_clear_error()
        guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
        defer { BIO_free(bio) }
        return body(bio)
    }
}
