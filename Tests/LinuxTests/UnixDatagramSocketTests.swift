import Glibc
import Linux
import Testing

@Suite final class UnixDatagramSocketTests {
    private let path = "/tmp/drover-\(getpid())-\(UInt64.random(in: 0 ... .max)).sock"

    deinit {
        unlink(path)
    }

    @Test func messagesComeWholeWithTheirSendersUser() throws {
        let receiver = try UnixDatagramSocket(binding: path)
        let sender = try UnixDatagramSocket(connecting: path, sendBuffer: 1 << 16)
        #expect(try receiver.receiveBytes() == nil)
        #expect(try sender.send([1, 2, 3]))
        #expect(try sender.send([4]))
        #expect(try receiver.receiveBytes() == [1, 2, 3])
        #expect(try receiver.receiveBytes() == [4])
    }

    @Test func onlyTheUserMayOpenIt() throws {
        let receiver = try UnixDatagramSocket(binding: path)
        var information = stat()
        #expect(stat(path, &information) == 0)
        #expect(information.st_mode & 0o777 == 0o600)
        withExtendedLifetime(receiver) {}
    }

    @Test func whatWasLeftAtThePathIsReplaced() throws {
        _ = try UnixDatagramSocket(binding: path)
        #expect(throws: Errno.connectionRefused) {
            try UnixDatagramSocket(connecting: self.path, sendBuffer: 1 << 16)
        }
        let receiver = try UnixDatagramSocket(binding: path)
        let sender = try UnixDatagramSocket(connecting: path, sendBuffer: 1 << 16)
        #expect(try sender.send([1]))
        #expect(try receiver.receiveBytes() == [1])
    }

    @Test func aFullQueueIsAValueAndAClosedOneAnError() throws {
        var receiver: UnixDatagramSocket? = try UnixDatagramSocket(binding: path)
        let sender = try UnixDatagramSocket(connecting: path, sendBuffer: 1 << 16)
        while try sender.send([1]) {}
        receiver = nil
        #expect(throws: Errno.connectionRefused) { try sender.send([1]) }
        #expect(throws: Errno.notConnected) { try sender.send([1]) }
        _ = receiver
    }

    @Test func theLongestMessagePasses() throws {
        let receiver = try UnixDatagramSocket(binding: path)
        let sender = try UnixDatagramSocket(connecting: path, sendBuffer: 1 << 16)
        let longest = try [UInt8](repeating: 7, count: sender.maximumMessageSize())
        #expect(try sender.send(longest))
        #expect(throws: Errno.messageTooLong) { try sender.send(longest + [7]) }
        #expect(try receiver.receiveBytes() == longest)
    }

    @Test func aMessageLongerThanTheBufferIsLost() throws {
        let receiver = try UnixDatagramSocket(binding: path)
        let sender = try UnixDatagramSocket(connecting: path, sendBuffer: 1 << 16)
        #expect(try sender.send([1, 2, 3]))
        #expect(throws: Errno.messageTooLong) { try receiver.receiveBytes(capacity: 2) }
        #expect(try receiver.receiveBytes() == nil)
    }

    @Test func aPathThatIsTooLongIsAnError() {
        let path = "/tmp/" + String(repeating: "x", count: 103)
        #expect(throws: Errno.nameTooLong) { try UnixDatagramSocket(binding: path) }
    }
}

extension UnixDatagramSocket {
    fileprivate func send(_ bytes: [UInt8]) throws -> Bool {
        try bytes.withUnsafeBytes { try send($0) }
    }

    /// The next message, whose sender must be this user.
    fileprivate func receiveBytes(capacity: Int = 1 << 20) throws -> [UInt8]? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 1)
        defer { buffer.deallocate() }
        guard let received = try receive(into: buffer) else { return nil }
        #expect(received.userID == geteuid())
        return Array(buffer[..<received.count])
    }
}
