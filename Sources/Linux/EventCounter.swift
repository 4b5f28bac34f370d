private import CLinux
private import Glibc

/// An eventfd: readable from `signal` until `clear`. Both may be called by any thread.
package struct EventCounter: ~Copyable, Sendable {
    private let fileDescriptor: FileDescriptor

    package init() throws(Errno) {
        let flags = Int32(EFD_NONBLOCK | EFD_CLOEXEC)
        fileDescriptor = FileDescriptor(owning: try syscall { eventfd(0, flags) })
    }

    /// The descriptor to watch.
    package var rawValue: Int32 { fileDescriptor.rawValue }

    package func signal() {
        eventfd_write(rawValue, 1)
    }

    package func clear() {
        var count: eventfd_t = 0
        eventfd_read(rawValue, &count)
    }
}
