internal import COpenSSL

/// A traffic secret of TLS 1.3, held inline.
///
/// It is a value that can be copied, so nothing erases it by itself: whoever keeps one calls
/// `erase()` when done. It has no textual form, so that it cannot end up in a log.
package struct TrafficSecret: Sendable {
    package let suite: CipherSuite
    private var storage = InlineArray<48, UInt8>(repeating: 0)

    /// Copies `bytes`, which must be as long as the suite's hash.
    package init(suite: CipherSuite, bytes: UnsafeRawBufferPointer) {
        self.init(suite: suite) { $0.copyMemory(from: bytes) }
        precondition(bytes.count == suite.hashLength, "a traffic secret is as long as the hash")
    }

    init<Failure: Error>(
        suite: CipherSuite, filling body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        self.suite = suite
        var span = storage.mutableSpan
        try span.withUnsafeMutableBytes { bytes throws(Failure) in
            try body(UnsafeMutableRawBufferPointer(rebasing: bytes[..<suite.hashLength]))
        }
    }

    /// The secret's `suite.hashLength` octets, valid during the call.
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try storage.span.withUnsafeBytes { bytes throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[..<suite.hashLength]))
        }
    }

    package mutating func erase() {
        var span = storage.mutableSpan
        span.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}

// RFC 9001 §5.1, §6.1
extension TrafficSecret {
    /// Writes the `suite.keyLength` octets of the AEAD key.
    package func deriveKey(into output: UnsafeMutableRawBufferPointer) {
        precondition(output.count == suite.keyLength)
        derive("quic key", into: output)
    }

    /// Writes the `CipherSuite.ivLength` octets of the AEAD's IV.
    package func deriveIV(into output: UnsafeMutableRawBufferPointer) {
        precondition(output.count == CipherSuite.ivLength)
        derive("quic iv", into: output)
    }

    /// Writes the `suite.keyLength` octets of the header protection key.
    package func deriveHeaderProtectionKey(into output: UnsafeMutableRawBufferPointer) {
        precondition(output.count == suite.keyLength)
        derive("quic hp", into: output)
    }

    /// The secret after a key update. The header protection key stays.
    package func next() -> TrafficSecret {
        TrafficSecret(suite: suite) { derive("quic ku", into: $0) }
    }

    func derive(_ label: StaticString, into output: UnsafeMutableRawBufferPointer) {
        withUnsafeBytes { HKDF.expandLabel(label, secret: $0, suite: suite, into: output) }
    }
}

extension TrafficSecret {
    package func makePacketKey(_ direction: PacketKey.Direction) -> PacketKey {
        makePacketKey(direction, label: "quic key")
    }

    func makePacketKey(_ direction: PacketKey.Direction, label: StaticString) -> PacketKey {
        withUnsafeTemporaryAllocation(byteCount: suite.keyLength, alignment: 8) { key in
            derive(label, into: key)
            defer { OPENSSL_cleanse(key.baseAddress, key.count) }
            return PacketKey(direction, suite: suite, key: UnsafeRawBufferPointer(key))
        }
    }

    package func makeHeaderProtectionKey() -> HeaderProtectionKey {
        withUnsafeTemporaryAllocation(byteCount: suite.keyLength, alignment: 8) { key in
            deriveHeaderProtectionKey(into: key)
            defer { OPENSSL_cleanse(key.baseAddress, key.count) }
            return HeaderProtectionKey(suite: suite, key: UnsafeRawBufferPointer(key))
        }
    }
}

extension TrafficSecret: CustomStringConvertible, CustomReflectable {
    package var description: String { "TrafficSecret(\(suite))" }
    package var customMirror: Mirror { Mirror(self, children: ["suite": suite]) }
}
