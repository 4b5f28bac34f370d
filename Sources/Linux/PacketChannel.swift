private import CLinux
private import Glibc

/// One end of a pair of connected Unix sockets that keep messages whole (SOCK_SEQPACKET) and carry
/// descriptors. It never waits.
package struct PacketChannel: ~Copyable {
    /// The most octets a message can have.
    package static let maximumMessageSize = 128 * 1024
    /// The most descriptors a message can carry.
    package static let maximumDescriptorCount = Int(CLINUX_CHANNEL_DESCRIPTORS)

    package enum Received: ~Copyable {
        case message([UInt8], DescriptorQueue)
        /// There is none now.
        case wouldBlock
        /// The other end is closed, and everything it sent has been received.
        case endOfStream
    }

    private let fileDescriptor: FileDescriptor

    /// Takes an end that was inherited or received.
    package init(adopting fileDescriptor: consuming FileDescriptor) {
        self.fileDescriptor = fileDescriptor
    }

    /// Takes the end that was inherited as this descriptor, and makes it close-on-exec; nil where it is none.
    package init?(inherited rawValue: Int32) {
        var type: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(rawValue, SOL_SOCKET, SO_TYPE, &type, &length) == 0,
            type == Int32(SOCK_SEQPACKET.rawValue), fcntl(rawValue, F_SETFD, FD_CLOEXEC) == 0
        else { return nil }
        fileDescriptor = FileDescriptor(owning: rawValue)
    }

    /// The descriptor to watch or to hand to another process.
    package var rawValue: Int32 { fileDescriptor.rawValue }

    /// Makes both ends, close-on-exec.
    package static func makePair() throws(Errno) -> PacketChannelPair {
        var ends: (Int32, Int32) = (-1, -1)
        let type = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try withUnsafeMutablePointer(to: &ends) { pointer throws(Errno) in
            let array = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Int32.self)
            try syscall { socketpair(AF_UNIX, type, 0, array) }
        }
        let pair = PacketChannelPair(
            first: PacketChannel(adopting: FileDescriptor(owning: ends.0)),
            second: PacketChannel(adopting: FileDescriptor(owning: ends.1)))
        try pair.first.makeRoomToSend()
        try pair.second.makeRoomToSend()
        return pair
    }

    /// The longest message must fit the send buffer with the kernel's own bookkeeping, whatever the
    /// host's default is.
    private func makeRoomToSend() throws(Errno) {
        var size = Int32(2 * Self.maximumMessageSize)
        try syscall {
            setsockopt(rawValue, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// Sends one message, with duplicates of `descriptors`, which stay the caller's.
    ///
    /// - Returns: false where the other end has too much unread, and the message was not sent.
    /// - Throws: EMSGSIZE where the message or its descriptors are too many; EPIPE where the other end is
    /// closed.
    package func send(_ bytes: [UInt8], descriptors: [Int32] = []) throws(Errno) -> Bool {
        precondition(!bytes.isEmpty, "an empty message reads as the end of the stream")
        guard bytes.count <= Self.maximumMessageSize else { throw .messageTooLong }
        while true {
            let result = clinux_channel_send(rawValue, bytes, bytes.count, descriptors, descriptors.count)
            if result == 0 { return true }
            let error = Errno(rawValue: -result)
            if error == .wouldBlock { return false }
            if error != .interrupted { throw error }
        }
    }

    /// Receives the next message; its descriptors are close-on-exec.
    ///
    /// - Throws: EMSGSIZE for a message that is too long, and EMFILE for one with more descriptors than this
    /// process may open. The message is lost.
    package func receive() throws(Errno) -> Received {
        var descriptors = [Int32](repeating: -1, count: Self.maximumDescriptorCount)
        var descriptorCount = 0
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.maximumMessageSize) { buffer, count in
            repeat {
                let result = clinux_channel_receive(
                    rawValue, buffer.baseAddress, buffer.count, &descriptors, &descriptorCount)
                count = max(result, 0)
                failure = result < 0 ? Errno(rawValue: Int32(-result)) : nil
                // The other end closed with something unread, which the kernel reports once, before the
                // messages that it sent itself.
            } while failure == .interrupted || failure == .connectionReset
        }
        if failure == .wouldBlock { return .wouldBlock }
        if let failure { throw failure }
        if bytes.isEmpty { return .endOfStream }
        return .message(bytes, DescriptorQueue(owning: Array(descriptors.prefix(descriptorCount))))
    }
}

/// The two ends of a channel.
package struct PacketChannelPair: ~Copyable {
    package let first: PacketChannel
    package let second: PacketChannel

    /// Takes the pair apart.
    package consuming func ends<Result: ~Copyable>(
        _ body: (consuming PacketChannel, consuming PacketChannel) -> Result
    ) -> Result {
        body(first, second)
    }
}

extension Errno {
    fileprivate static let connectionReset = Errno(rawValue: ECONNRESET)
}
