package import Control
private import Linux

/// A file that the secrets of connections are added to (SSLKEYLOGFILE).
package enum KeyLog {
    /// What takes its lines. Other processes may add to the same file.
    package static func open(
        _ path: String
    ) throws(StartupFailure) -> @Sendable (UnsafeRawBufferPointer) -> Void {
        let file = try LogFile.open("key log", path)
        return { file.append(line: $0) }
    }
}
