private import CLinux
private import Glibc

/// The socket on which a service manager hears from its service, as sd_notify(3) lays it down.
///
/// Written here rather than taken from libsystemd, which every worker would load, too.
package struct NotifySocket: Sendable {
    /// How long a message may wait for a manager that has too many unread.
    private static let timeout = Duration.seconds(1)
    /// How long the manager may take to do what it was told.
    private static let synchronizationTimeout = Duration.seconds(5)

    private let address: UnixAddress

    /// - Parameter text: NOTIFY_SOCKET's value: an absolute path, or `@` and an abstract name.
    /// - Throws: EINVAL where it is neither, ENAMETOOLONG where it is too long.
    package init(_ text: String) throws(Errno) {
        switch text.utf8.first {
        case UInt8(ascii: "/"): address = try UnixAddress(text)
        case UInt8(ascii: "@"): address = try UnixAddress(abstract: String(text.dropFirst()))
        default: throw .invalidArgument
        }
    }

    /// Sends `KEY=VALUE` lines in one message, with a duplicate of the descriptor where one is given.
    ///
    /// - Parameter waits: whether to wait, a second at most, for a manager that has too many unread.
    /// - Throws: EAGAIN where it has too many unread; ECONNREFUSED and ENOENT where there is none.
    package func send(_ lines: [String], descriptor: Int32? = nil, waits: Bool = true) throws(Errno) {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        // One for each message: a manager that was replaced has another at the address.
        let socket = FileDescriptor(owning: try syscall { Glibc.socket(AF_UNIX, type, 0) })
        let rawValue = socket.rawValue
        let address = address
        try syscall { address.withSockaddr { connect(rawValue, $0, $1) } }
        let octets = Array(lines.joined(separator: "\n").utf8)
        let descriptors = descriptor.map { [$0] } ?? []
        func send() throws(Errno) {
            try shim {
                clinux_channel_send(rawValue, octets, octets.count, descriptors, descriptors.count)
            }
        }
        do throws(Errno) {
            try send()
        } catch .wouldBlock where waits {
            _ = try Self.wait(for: POLLOUT, on: rawValue, Self.timeout)
            try send()
        }
    }

    /// Waits until the manager has done all that it was told.
    ///
    /// - Throws: ETIMEDOUT where that takes more than five seconds.
    package func synchronize() throws(Errno) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try syscall { socketpair(AF_UNIX, type, 0, &ends) }
        let own = FileDescriptor(owning: ends[0])
        do {
            let other = FileDescriptor(owning: ends[1])
            try send(["BARRIER=1"], descriptor: other.rawValue)
        }
        // The manager closes what came with the message when it is its turn.
        guard try Self.wait(for: POLLIN, on: own.rawValue, Self.synchronizationTimeout) else {
            throw Errno(rawValue: ETIMEDOUT)
        }
    }

    /// Returns whether the event came in time.
    private static func wait(
        for event: Int32, on descriptor: Int32, _ timeout: Duration
    ) throws(Errno) -> Bool {
        var descriptors = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        let milliseconds = Int32(timeout.components.seconds * 1000)
        return try syscall { poll(&descriptors, 1, milliseconds) } > 0
    }
}
