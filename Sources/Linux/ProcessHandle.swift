private import CLinux
private import Glibc

/// A child process, held by a pidfd, so that neither a signal nor a wait can reach another process that got
/// its number.
package struct ProcessHandle: ~Copyable {
    /// How a process ended.
    package enum Status: Hashable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    package let processID: Int32
    private let fileDescriptor: FileDescriptor

    /// - Parameter processID: of a child that has not been waited for. Where this throws, the child is gone.
    init(child processID: Int32) throws(Errno) {
        self.processID = processID
        do {
            fileDescriptor = FileDescriptor(owning: try shim { clinux_pidfd_open(processID) })
        } catch {
            Self.end(processID)
            throw error
        }
    }

    /// Goes on with a child that this process started in another program.
    package init(adopting fileDescriptor: consuming FileDescriptor, processID: Int32) {
        self.processID = processID
        self.fileDescriptor = fileDescriptor
    }

    /// Kills the process and reaps it: for one that nobody will watch. It must not have been reaped.
    package func end() {
        Self.end(processID)
    }

    private static func end(_ processID: Int32) {
        kill(processID, SIGKILL)
        _ = try? syscall { waitpid(processID, nil, 0) }
    }

    /// The descriptor to watch: readable when the process has ended.
    package var rawValue: Int32 { fileDescriptor.rawValue }

    /// How the process ended, and reaps it; nil while it runs.
    package func reap() throws(Errno) -> Status? {
        var status: Int32 = 0
        var wasSignaled: Int32 = 0
        let ended = try shim { clinux_pidfd_reap(rawValue, &status, &wasSignaled) }
        guard ended == 1 else { return nil }
        return wasSignaled == 0 ? .exited(status) : .killed(signal: status)
    }

    /// Sends a signal; nothing happens if the process has ended.
    package func send(signal: Int32) throws(Errno) {
        do {
            try shim { clinux_pidfd_signal(rawValue, signal) }
        } catch .noProcess {
        }
    }
}

extension ProcessHandle.Status: CustomStringConvertible {
    package var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .killed(let signal): "was killed by signal \(signal)"
        }
    }
}
