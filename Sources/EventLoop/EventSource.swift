package import Linux

/// A file descriptor and what to do when it is ready. The descriptor belongs to somebody else.
package final class EventSource {
    package let fileDescriptor: Int32
    let handler: (Epoll.Events) -> Void
    var isWatched = false

    package init(fileDescriptor: Int32, handler: @escaping (Epoll.Events) -> Void) {
        self.fileDescriptor = fileDescriptor
        self.handler = handler
    }
}
