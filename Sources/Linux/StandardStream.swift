private import Glibc

/// Standard output and standard error, by the line and not buffered.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Puts /dev/null in the place of each standard descriptor that this process was started without. Called before
    /// anything else is opened: that would get the place, and what is written to the stream.
    package static func fillMissing() {
        while true {
            let descriptor = open("/dev/null", O_RDWR)
            if descriptor > error.rawValue { close(descriptor) }
            guard (0...error.rawValue).contains(descriptor) else { return }
        }
    }

    /// `device:inode` of the file behind the stream (fstat(2)), in decimal; nil where it is closed.
    package var identity: String? {
        var status = stat()
        guard fstat(rawValue, &status) == 0 else { return nil }
        return "\(status.st_dev):\(status.st_ino)"
    }

    /// Writes the line whole, as one write if the kernel takes it so. Failure is ignored: there is nowhere to
    /// tell it.
    package func write(line: String) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            if count < 0, Errno.current != .interrupted { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
