internal import CQUICShims

/// The ngtcp2 library that this process runs with.
package enum NGTCP2 {
    /// Below it, any client that completes a handshake can abort the process.
    package static let minimumVersion = "1.11.0"

    /// The version at run time, `1.11.0`.
    package static var version: String { String(cString: ngtcp2_version(0).pointee.version_str) }

    /// Whether the library is new enough.
    package static var isSupported: Bool { ngtcp2_version(0x01_0b_00) != nil }
}
