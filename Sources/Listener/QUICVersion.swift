/// The versions of QUIC that the listener speaks.
enum QUICVersion {
    /// RFC 9000.
    static let v1: UInt32 = 1
    /// What a Version Negotiation packet has in place of a version (RFC 8999 §6).
    static let negotiation: UInt32 = 0
}
