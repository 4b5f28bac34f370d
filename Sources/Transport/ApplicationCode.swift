/// Application error codes: 62-bit integers (RFC 9000 §20.2).
enum ApplicationCode {
    /// The nearest code that can be sent. An application may pass on a number that it had from a peer.
    static func clamp(_ code: UInt64) -> UInt64 { min(code, 1 << 62 - 1) }
}
