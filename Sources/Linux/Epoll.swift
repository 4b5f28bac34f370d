private import CLinux
private import Glibc

/// An epoll instance, level-triggered. Each watched descriptor has a token, which its events carry.
package struct Epoll: ~Copyable {
    package struct Events: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        package static let readable = Events(rawValue: EPOLLIN.rawValue)
        package static let writable = Events(rawValue: EPOLLOUT.rawValue)
        package static let failed = Events(rawValue: EPOLLERR.rawValue)
        /// The other end of a connection is closed; told whatever is watched for, as `failed` is.
        package static let hungUp = Events(rawValue: EPOLLHUP.rawValue)
    }

    private let fileDescriptor: FileDescriptor
    private let buffer: UnsafeMutableBufferPointer<epoll_event>

    /// - Parameter capacity: how many events one `wait` returns at most.
    package init(capacity: Int) throws(Errno) {
        fileDescriptor = FileDescriptor(owning: try syscall { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        buffer = .allocate(capacity: capacity)
        buffer.initialize(repeating: epoll_event())
    }

    deinit {
        buffer.deallocate()
    }

    package func add(
        _ descriptor: Int32, for events: Events, token: UnsafeMutableRawPointer
    ) throws(Errno) {
        try control(EPOLL_CTL_ADD, descriptor, events, token)
    }

    package func modify(
        _ descriptor: Int32, for events: Events, token: UnsafeMutableRawPointer
    ) throws(Errno) {
        try control(EPOLL_CTL_MOD, descriptor, events, token)
    }

    package func remove(_ descriptor: Int32) throws(Errno) {
        try syscall { epoll_ctl(fileDescriptor.rawValue, EPOLL_CTL_DEL, descriptor, nil) }
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ events: Events, _ token: UnsafeMutableRawPointer
    ) throws(Errno) {
        var event = epoll_event()
        event.events = events.rawValue
        event.data.ptr = token
        try syscall { epoll_ctl(fileDescriptor.rawValue, operation, descriptor, &event) }
    }

    /// Waits until an event, a signal, or the timeout.
    ///
    /// - Parameter timeout: in nanoseconds; nil waits for ever, 0 does not wait.
    /// - Returns: how many events there are to read by `event(at:)`; 0 also when a signal ended the wait.
    package func wait(timeout: UInt64?) throws(Errno) -> Int {
        let nanoseconds = timeout.map { Int64(clamping: $0) } ?? -1
        // Not through `syscall`: an interrupted wait is a wait that ended.
        let count = clinux_epoll_wait(
            fileDescriptor.rawValue, buffer.baseAddress, Int32(buffer.count), nanoseconds)
        if count >= 0 { return Int(count) }
        let error = Errno.current
        if error == .interrupted { return 0 }
        throw error
    }

    package func event(at index: Int) -> (token: UnsafeMutableRawPointer, events: Events) {
        (buffer[index].data.ptr, Events(rawValue: buffer[index].events))
    }
}
