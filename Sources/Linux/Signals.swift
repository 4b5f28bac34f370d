private import Glibc

/// What signals do to this process.
package enum Signals {
    /// Makes these signals do nothing from now on. With SIGPIPE among them a write to a closed pipe or socket is
    /// an error (EPIPE), not the end of the process.
    package static func ignore(_ signals: [Int32]) {
        for number in signals { signal(number, SIG_IGN) }
    }
}
