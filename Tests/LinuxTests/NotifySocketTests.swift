import Glibc
import Linux
import Testing

/// The test is the service manager.
@Suite struct NotifySocketTests {
    private static func uniqueName() -> String {
        "/tmp/drover-\(getpid())-\(UInt64.random(in: 0 ... .max)).sock"
    }

    /// Binds a socket as the manager does, at a path or an abstract name.
    private func withManager(at address: String, _ body: (borrowing PacketChannel) throws -> Void) throws {
        let socket = FileDescriptor(
            owning: try syscall { Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0) })
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = address.hasPrefix("@")
        let octets = isAbstract ? [0] + Array(address.utf8.dropFirst()) : Array(address.utf8)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: octets) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
        let rawValue = socket.rawValue
        try withUnsafeBytes(of: &name) { name in
            let name = name.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            _ = try syscall { bind(rawValue, name, length) }
        }
        defer { if !isAbstract { unlink(address) } }
        try body(PacketChannel(adopting: socket))
    }

    private func receive(_ manager: borrowing PacketChannel) throws -> (lines: String, descriptors: Int)? {
        switch try manager.receive() {
        case .message(let bytes, let descriptors): (String(decoding: bytes, as: UTF8.self), descriptors.count)
        case .wouldBlock: nil
        case .endOfStream: nil
        }
    }

    @Test(arguments: [uniqueName(), "@" + uniqueName()])
    func theManagerHearsLinesAndGetsDescriptors(address: String) throws {
        try withManager(at: address) { manager in
            let socket = try NotifySocket(address)
            try socket.send(["READY=1", "STATUS=two lines"])
            try socket.send(["FDSTORE=1"], descriptor: 2)
            var message = try #require(try receive(manager))
            #expect(message == ("READY=1\nSTATUS=two lines", 0))
            message = try #require(try receive(manager))
            #expect(message == ("FDSTORE=1", 1))
        }
    }

    @Test(arguments: ["", "relative", "vsock:2:1234"])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: Errno.invalidArgument) { try NotifySocket(text) }
    }

    @Test(arguments: ["/", "@"])
    func anAddressThatIsTooLongIsRefused(start: String) {
        #expect(throws: Errno.nameTooLong) { try NotifySocket(start + String(repeating: "x", count: 108)) }
    }

    @Test func thatNobodyIsThereIsAnError() throws {
        let socket = try NotifySocket(Self.uniqueName())
        #expect(throws: Errno.noEntry) { try socket.send(["READY=1"]) }
    }

    @Test func aManagerThatReadsNothingHoldsUpOnlyWhatWaits() throws {
        let address = "@" + Self.uniqueName()
        try withManager(at: address) { manager in
            let socket = try NotifySocket(address)
            var sent = 0
            #expect(throws: Errno.wouldBlock) {
                while true {
                    try socket.send(["WATCHDOG=1"], waits: false)
                    sent += 1
                }
            }
            #expect(sent > 0)
            let start = ContinuousClock.now
            #expect(throws: Errno.wouldBlock) { try socket.send(["READY=1"]) }
            #expect(ContinuousClock.now - start >= .milliseconds(900))
            withExtendedLifetime(manager) {}
        }
    }

    @Test func synchronizeReturnsWhenTheManagerHasClosedTheBarrier() throws {
        let address = "@" + Self.uniqueName()
        try withManager(at: address) { manager in
            // Of another thread, as this one waits.
            let rawValue = dup(manager.rawValue)
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { argument in
                    let channel = PacketChannel(
                        adopting: FileDescriptor(owning: Int32(Int(bitPattern: argument))))
                    var event = pollfd(fd: channel.rawValue, events: Int16(POLLIN), revents: 0)
                    poll(&event, 1, 10_000)
                    // What came is closed with the value.
                    _ = try? channel.receive()
                    return nil
                }, UnsafeMutableRawPointer(bitPattern: Int(rawValue)))
            defer { pthread_join(thread, nil) }
            try NotifySocket(address).synchronize()
        }
    }
}
