/// Forwarded datagrams in one message between workers, as it is received.
///
/// ```
/// version (1) | forwarded datagram …
/// ```
package struct ForwardingBatch {
    /// Two releases may serve one pool during an upgrade, and know by this what they do not understand of each
    /// other.
    package static let version: UInt8 = 1

    private var rest: UnsafeRawBufferPointer

    /// - Parameter message: pointed into; nil where it is of another version.
    package init?(_ message: UnsafeRawBufferPointer) {
        guard message.first == Self.version else { return nil }
        rest = UnsafeRawBufferPointer(rebasing: message.dropFirst())
    }

    /// The next datagram; nil where what is left is none.
    package mutating func next() -> ForwardedDatagram? {
        ForwardedDatagram(takenFrom: &rest)
    }

    /// Whether nothing is left.
    package var isAtEnd: Bool { rest.isEmpty }
}
