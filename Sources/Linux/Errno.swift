private import CLinux
private import Glibc

/// An error number that a system call left in `errno`.
package struct Errno: Error, RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The calling thread's `errno` now.
    package static var current: Errno { Errno(rawValue: errno) }

    package static let addressInUse = Errno(rawValue: EADDRINUSE)
    package static let noAddress = Errno(rawValue: EADDRNOTAVAIL)
    package static let accessDenied = Errno(rawValue: EACCES)
    package static let notPermitted = Errno(rawValue: EPERM)
    package static let busy = Errno(rawValue: EBUSY)
    package static let exists = Errno(rawValue: EEXIST)
    package static let noEntry = Errno(rawValue: ENOENT)
    package static let interrupted = Errno(rawValue: EINTR)
    package static let wouldBlock = Errno(rawValue: EAGAIN)
    package static let inputOutput = Errno(rawValue: EIO)
    package static let invalidArgument = Errno(rawValue: EINVAL)
    package static let messageTooLong = Errno(rawValue: EMSGSIZE)
    package static let brokenPipe = Errno(rawValue: EPIPE)
    package static let noProcess = Errno(rawValue: ESRCH)
    package static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
    package static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    package static let notConnected = Errno(rawValue: ENOTCONN)
}

extension Errno: CustomStringConvertible {
    /// The symbolic name and the C library's text: `EADDRINUSE (Address already in use)`.
    package var description: String {
        guard let name = clinux_errno_name(rawValue), let text = clinux_errno_text(rawValue) else {
            return "errno \(rawValue)"
        }
        return "\(String(cString: name)) (\(String(cString: text)))"
    }
}
