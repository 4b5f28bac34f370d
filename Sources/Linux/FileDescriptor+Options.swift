private import Glibc

extension FileDescriptor {
    /// Sets a socket's option that is a number (setsockopt(2)).
    func set(_ level: Int32, _ option: Int32, to value: Int32) throws(Errno) {
        var value = value
        try syscall { setsockopt(rawValue, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) }
    }

    /// Has a socket that waits do so for this time at most, in whole seconds, each time it connects, sends or receives:
    /// then that fails with EAGAIN.
    package func setTimeout(_ timeout: Duration) throws(Errno) {
        var time = timeval(tv_sec: Int(timeout.components.seconds), tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        try syscall { setsockopt(rawValue, SOL_SOCKET, SO_RCVTIMEO, &time, length) }
        try syscall { setsockopt(rawValue, SOL_SOCKET, SO_SNDTIMEO, &time, length) }
    }
}
