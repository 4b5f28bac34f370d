internal import COpenSSL

/// The key derivation of TLS 1.3 and QUIC (RFC 5869, RFC 8446 §7.1), without an allocation.
package enum HKDF {
    /// Writes `suite.hashLength` octets: HKDF-Extract (RFC 5869 §2.2).
    package static func extract(
        _ suite: CipherSuite, salt: UnsafeRawBufferPointer, secret: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) {
        precondition(output.count == suite.hashLength, "HKDF-Extract yields one digest")
        switch suite.hashLength {
        case SHA256State.digestLength: extract(SHA256State.self, salt, secret, into: output)
        default: extract(SHA384State.self, salt, secret, into: output)
        }
    }

    /// Fills `output`, at most 255 digests: HKDF-Expand (RFC 5869 §2.3).
    package static func expand(
        _ suite: CipherSuite, secret: UnsafeRawBufferPointer, info: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) {
        precondition(output.count <= 255 * suite.hashLength, "HKDF-Expand yields at most 255 digests")
        switch suite.hashLength {
        case SHA256State.digestLength: expand(SHA256State.self, secret, info, into: output)
        default: expand(SHA384State.self, secret, info, into: output)
        }
    }

    /// Fills `output`: HKDF-Expand-Label with an empty context (RFC 8446 §7.1).
    ///
    ///     HkdfLabel = length (2) ‖ count (1) ‖ "tls13 " ‖ label ‖ context count (1) = 0
    package static func expandLabel(
        _ label: StaticString, secret: UnsafeRawBufferPointer, suite: CipherSuite,
        into output: UnsafeMutableRawBufferPointer
    ) {
        let prefix: StaticString = "tls13 "
        let labelCount = prefix.utf8CodeUnitCount + label.utf8CodeUnitCount
        withUnsafeTemporaryAllocation(byteCount: 4 + labelCount, alignment: 1) { info in
            info.storeBytes(of: UInt16(output.count).bigEndian, as: UInt16.self)
            info[2] = UInt8(labelCount)
            let text = info.baseAddress! + 3
            text.copyMemory(from: prefix.utf8Start, byteCount: prefix.utf8CodeUnitCount)
            (text + prefix.utf8CodeUnitCount)
                .copyMemory(from: label.utf8Start, byteCount: label.utf8CodeUnitCount)
            info[3 + labelCount] = 0
            expand(suite, secret: secret, info: UnsafeRawBufferPointer(info), into: output)
        }
    }

    private static func extract<Hash: HashState>(
        _: Hash.Type, _ salt: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) {
        var hmac = HMAC<Hash>(key: salt)
        hmac.update(secret)
        hmac.finish(into: output.baseAddress!)
        hmac.erase()
    }

    private static func expand<Hash: HashState>(
        _: Hash.Type, _ secret: UnsafeRawBufferPointer, _ info: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) {
        var keyed = HMAC<Hash>(key: secret)
        withUnsafeTemporaryAllocation(byteCount: Hash.digestLength, alignment: 8) { block in
            var written = 0
            var counter: UInt8 = 0
            while written < output.count {
                var hmac = keyed
                if counter > 0 { hmac.update(UnsafeRawBufferPointer(block)) }
                hmac.update(info)
                counter += 1
                withUnsafeBytes(of: counter) { hmac.update($0) }
                hmac.finish(into: block.baseAddress!)
                let count = min(block.count, output.count - written)
                (output.baseAddress! + written).copyMemory(from: block.baseAddress!, byteCount: count)
                written += count
                hmac.erase()
            }
            OPENSSL_cleanse(block.baseAddress, block.count)
        }
        keyed.erase()
    }
}
