package import Control
private import Linux

/// A file that connections' events are added to, a line of JSON each.
package enum EventTrace {
    /// What takes its lines. Other processes may add to the same file.
    package static func open(_ path: String) throws(StartupFailure) -> (String) -> Void {
        let file = try LogFile.open("event trace", path)
        return { line in
            var line = line
            line.withUTF8 { file.append(line: UnsafeRawBufferPointer($0)) }
        }
    }
}
