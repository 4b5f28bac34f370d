internal import COpenSSL

/// The OpenSSL that the process runs with, which need not be the one it was built with.
package enum OpenSSLVersion {
    /// As OpenSSL names itself: `OpenSSL 3.0.17 1 Jul 2025`.
    package static var text: String {
        OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } ?? "unknown"
    }

    /// Throws if the library is older than 3.0, the first with what this module calls.
    package static func check() throws(TLSError) {
        try check(major: OPENSSL_version_major())
    }

    static func check(major: UInt32) throws(TLSError) {
        guard major >= 3 else {
            throw TLSError(
                .unsupportedLibrary, "start with \(text)", "OpenSSL 3.0 or later is needed",
                advice: "install libssl3 or run scripts/install-deps")
        }
    }
}
