package import Control
private import Linux

/// A file that the secrets of connections are added to (SSLKEYLOGFILE).
package enum KeyLog {
    /// What takes its lines. Other processes may add to the same file.
    package static func open(
        _ path: String
    ) throws(StartupFailure) -> @Sendable (UnsafeRawBufferPointer) -> Void {
        let file: AppendedFile
        do {
            file = try AppendedFile(path)
        } catch {
            throw StartupFailure(
                StartupFailure.Category(using: error), "key log \(path)", why: "\(error)",
                remedy: "give the path of a file that can be written")
        }
        return { file.append(line: $0) }
    }
}
