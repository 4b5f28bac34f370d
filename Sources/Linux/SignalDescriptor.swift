private import CLinux
private import Glibc

/// Signals as events of a descriptor (signalfd) rather than as interruptions.
package struct SignalDescriptor: ~Copyable {
    private let fileDescriptor: FileDescriptor

    /// Blocks the signals in the calling thread, and so in threads that it makes later, and delivers them
    /// here.
    package init(_ signals: [Int32]) throws(Errno) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        let error = pthread_sigmask(SIG_BLOCK, &set, nil)
        if error != 0 { throw Errno(rawValue: error) }
        let flags = Int32(SFD_NONBLOCK | SFD_CLOEXEC)
        fileDescriptor = FileDescriptor(owning: try syscall { signalfd(-1, &set, flags) })
    }

    /// The descriptor to watch.
    package var rawValue: Int32 { fileDescriptor.rawValue }

    /// The next signal that came; nil if there is none.
    package func receive() throws(Errno) -> Int32? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard try nonBlockingSyscall({ read(rawValue, &information, size) }) != nil else { return nil }
        return Int32(information.ssi_signo)
    }
}
