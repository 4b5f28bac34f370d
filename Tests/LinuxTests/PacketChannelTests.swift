import Glibc
import Linux
import Testing

@Suite struct PacketChannelTests {
    @Test func messagesStayWholeAndCarryDescriptors() throws {
        let pair = try PacketChannel.makePair()
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        #expect(try pair.first.send([1, 2, 3], descriptors: [ends[1], ends[0]]))
        #expect(try pair.first.send([4]))

        switch try pair.second.receive() {
        case .message(let bytes, var descriptors):
            #expect(bytes == [1, 2, 3])
            #expect(descriptors.count == 2)
            let descriptor = descriptors.next()!
            #expect(fcntl(descriptor.rawValue, F_GETFD) == FD_CLOEXEC)
            // The same pipe, by another descriptor.
            var octet: UInt8 = 5
            #expect(write(descriptor.rawValue, &octet, 1) == 1)
            octet = 0
            #expect(read(ends[0], &octet, 1) == 1 && octet == 5)
        case .wouldBlock: Issue.record("no message")
        case .endOfStream: Issue.record("the end")
        }
        #expect(try pair.second.receiveBytes() == [4])
        #expect(try pair.second.receiveBytes() == nil)
    }

    @Test func untakenDescriptorsAreClosed() throws {
        let pair = try PacketChannel.makePair()
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        #expect(try pair.first.send([1], descriptors: [ends[1]]))
        close(ends[1])
        _ = try pair.second.receive()
        // The last writer is gone, so the reader sees the end.
        var octet: UInt8 = 0
        #expect(read(ends[0], &octet, 1) == 0)
        close(ends[0])
    }

    @Test func theLongestMessagePassesAndALongerOneIsAnError() throws {
        let pair = try PacketChannel.makePair()
        let longest = [UInt8](repeating: 7, count: PacketChannel.maximumMessageSize)
        #expect(try pair.first.send(longest))
        #expect(try pair.second.receiveBytes() == longest)
        #expect(throws: Errno.messageTooLong) { try pair.first.send(longest + [0]) }
    }

    @Test func aLongerMessageReceivedIsAnErrorAndItsDescriptorsAreClosed() throws {
        let pair = try PacketChannel.makePair()
        let bytes = [UInt8](repeating: 7, count: PacketChannel.maximumMessageSize + 1)
        #expect(send(pair.first.rawValue, bytes, bytes.count, 0) == bytes.count)
        #expect(throws: Errno.messageTooLong) { try pair.second.receiveBytes() }
        #expect(try pair.first.send([1]))
        #expect(try pair.second.receiveBytes() == [1])
    }

    @Test func aFullChannelIsAValue() throws {
        let pair = try PacketChannel.makePair()
        let message = [UInt8](repeating: 0, count: 64 * 1024)
        var sent = 0
        while try pair.first.send(message) { sent += 1 }
        #expect(sent >= 2)
        #expect(try pair.second.receiveBytes() == message)
        #expect(try pair.first.send([1]))
    }

    @Test func theEndComesAfterTheMessages() throws {
        let pair = try PacketChannel.makePair()
        let wasSent = pair.ends { first, second in
            // The closing end leaves something unread, which the kernel reports to the other as a reset.
            #expect((try? second.send([9])) == true)
            let wasSent = try? first.send([1])
            _ = consume first
            #expect((try? second.receiveBytes()) == [1])
            let isAtEnd = second.isAtEnd
            #expect(isAtEnd)
            #expect(throws: Errno.brokenPipe) { try second.send([2]) }
            return wasSent
        }
        #expect(wasSent == true)
    }
}

extension PacketChannel {
    /// The next message's octets; nil where there is none now.
    fileprivate func receiveBytes() throws(Errno) -> [UInt8]? {
        switch try receive() {
        case .message(let bytes, _): bytes
        case .wouldBlock: nil
        case .endOfStream: nil
        }
    }

    fileprivate var isAtEnd: Bool {
        switch try? receive() {
        case .some(.endOfStream): true
        case .some(.wouldBlock): false
        case .some(.message(_, _)): false
        case .none: false
        }
    }
}
