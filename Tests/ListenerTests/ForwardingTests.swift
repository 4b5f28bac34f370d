import Control
import Glibc
import InitialPackets
import Linux
import Listener
import QUICLB
import Testing

@Suite struct ForwardingTests {
    /// What the owner of a connection ID sends when it does not know the connection.
    private func isReset(_ octets: [UInt8], of id: ConnectionID) -> Bool {
        var token = [UInt8](repeating: 0, count: StatelessReset.tokenLength)
        token.withUnsafeMutableBytes {
            StatelessReset(secret: ListenerPool.resetSecret).writeToken(of: id, to: $0)
        }
        return octets.suffix(token.count).elementsEqual(token)
    }

    @Test("a packet of another slot is answered by that slot", arguments: [WorkerSteering.kernel, .forward])
    func stray(steering: WorkerSteering) throws {
        let pool = try ListenerPool(slots: 2, steering: steering)
        let client = try TestClient()
        let id = pool.id(of: 1)
        try client.send(shortPacket(id), to: pool.members[0].address)
        try pool.run { pool.total(.statelessResetsSent) == 1 }
        let answer = try #require(try client.receive())
        #expect(isReset(answer.octets, of: id))
        #expect(answer.sender == pool.members[1].address)
        #expect(pool.members[0].page[.datagramsReceived] == 1)
        #expect(pool.members[0].page[.datagramsForwarded] == 1)
        #expect(pool.members[1].page[.datagramsReceived] == 0)
        #expect(pool.members[1].page[.datagramsTakenOver] == 1)
    }

    @Test("without forwarding it is dropped")
    func off() throws {
        let pool = try ListenerPool(slots: 2, steering: .off)
        let client = try TestClient()
        try client.send(shortPacket(pool.id(of: 1)), to: pool.members[0].address)
        try pool.run { pool.members[0].page[.droppedForeignSlot] == 1 }
    }

    @Test("of a train each packet reaches its own slot", arguments: [WorkerSteering.kernel, .forward])
    func train(steering: WorkerSteering) throws {
        let pool = try ListenerPool(slots: 3, steering: steering)
        let client = try TestClient()
        let ids = (0..<45).map { pool.id(of: $0 % 3) }
        try client.send(train: ids.map { shortPacket($0) }, to: pool.members[0].address)
        try pool.run { pool.total(.statelessResetsSent) == 45 }
        #expect(pool.members.map { $0.page[.statelessResetsSent] } == [15, 15, 15])
        #expect(pool.members[0].page[.datagramsForwarded] == 30)
        var answers: [[UInt8]] = []
        while let answer = try client.receive() { answers.append(answer.octets) }
        #expect(ids.allSatisfy { id in answers.contains { isReset($0, of: id) } })
    }

    @Test("first packets go where the ring says, wherever they came")
    func ring() throws {
        let pool = try ListenerPool(slots: 2)
        let client = try TestClient()
        for slot: UInt8 in [0, 1] {
            for member in pool.members {
                try client.send(
                    InitialPacket.datagram(destination: pool.clientID(placedOn: slot)), to: member.address)
            }
        }
        try pool.run { pool.total(.connectionsAccepted) == 4 }
        #expect(pool.members.map { $0.page[.connectionsAccepted] } == [2, 2])
        #expect(pool.members.map { $0.page[.datagramsForwarded] } == [1, 1])
    }

    @Test("the first of a train stays where the kernel brought it; the ring places the others")
    func trainOfFirstPackets() throws {
        let pool = try ListenerPool(slots: 2, steering: .kernel)
        let client = try TestClient()
        let train = [1, 1, 0, 1].map { InitialPacket.datagram(destination: pool.clientID(placedOn: $0)) }
        try client.send(train: train, to: pool.members[0].address)
        try pool.run { pool.total(.connectionsAccepted) == 4 }
        #expect(pool.members.map { $0.page[.connectionsAccepted] } == [2, 2])
    }

    @Test("what a connection's client sends goes on reaching it by the ID that the client made up")
    func retransmission() throws {
        let pool = try ListenerPool(slots: 2)
        let client = try TestClient()
        let initial = InitialPacket.datagram(destination: pool.clientID(placedOn: 1))
        for _ in 0..<2 { try client.send(initial, to: pool.members[0].address) }
        try client.send(initial, to: pool.members[1].address)
        try pool.run { pool.total(.datagramsDelivered) == 3 }
        #expect(pool.members.map { $0.page[.connectionsAccepted] } == [0, 1])
    }

    @Test("a forwarded packet is not forwarded again")
    func hopCount() throws {
        let pool = try ListenerPool(slots: 2)
        try forge(shortPacket(pool.id(of: 1)), in: pool)
        try pool.run { pool.members[0].page[.droppedForeignSlot] == 1 }
        #expect(pool.members[0].page[.datagramsTakenOver] == 1)
        #expect(pool.total(.datagramsForwarded) == 0)
    }

    @Test("a forwarded first packet is accepted, wherever it belongs")
    func forwardedFirst() throws {
        let pool = try ListenerPool(slots: 2)
        try forge(InitialPacket.datagram(destination: pool.clientID(placedOn: 1)), in: pool)
        try pool.run { pool.members[0].page[.connectionsAccepted] == 1 }
        #expect(pool.total(.datagramsForwarded) == 0)
    }

    @Test("what is no forwarded datagram is dropped")
    func malformed() throws {
        let pool = try ListenerPool(slots: 1)
        let packet = shortPacket(pool.id(of: 0))
        let good = message(packet, in: pool)
        let messages: [[UInt8]] = [
            [], [0], [2] + good.dropFirst(), good + [1], Array(repeating: 1, count: 100_000),
        ]
        for message in messages { try send(message, to: 0, in: pool) }
        // Of an address that the pool has not; of another port, and of another family.
        try send(message(packet, in: pool, addressIndex: 1), to: 0, in: pool)
        try send(message(packet, in: pool, local: SocketAddress("127.0.0.1:1")!), to: 0, in: pool)
        let ipv6 = SocketAddress("[::1]:\(pool.members[0].address.port)")!
        try send(message(packet, in: pool, remote: ipv6, local: ipv6), to: 0, in: pool)
        try pool.run { pool.members[0].page[.droppedMalformedForward] == 8 }
        // The good one that had more behind it.
        #expect(pool.members[0].page[.datagramsTakenOver] == 1)
    }

    @Test(
        "what another user sends is dropped",
        .enabled(if: Host.isRoot, "only root may say that it is another"))
    func otherUser() throws {
        let pool = try ListenerPool(slots: 1)
        let message = message(shortPacket(pool.id(of: 0)), in: pool)
        let socket = try UnixDatagramSocket(connecting: pool.path(of: Slot(rawValue: 0)), sendBuffer: 1 << 16)
        for user in [geteuid(), 65534] {
            let sent = sendAs(user, message, socket.fileDescriptor.rawValue)
            #expect(sent == message.count)
        }
        try pool.run { pool.total(.droppedMalformedForward) == 1 }
        #expect(pool.total(.datagramsTakenOver) == 1)
    }

    @Test("a slot without a worker costs the packet; with one again nothing")
    func noWorker() throws {
        let pool = try ListenerPool(slots: 1)
        let client = try TestClient()
        func send() throws { try client.send(shortPacket(pool.id(of: 9)), to: pool.members[0].address) }
        let path = pool.path(of: Slot(rawValue: 9))
        defer { unlink(path) }

        try send()
        try pool.run { pool.members[0].page[.droppedForeignSlot] == 1 }
        var socket: UnixDatagramSocket? = try UnixDatagramSocket(binding: path)
        try send()
        try pool.run { pool.members[0].page[.datagramsForwarded] == 1 }
        // The slot is given up, and taken again.
        socket = nil
        try send()
        try pool.run { pool.members[0].page[.droppedForeignSlot] == 2 }
        socket = try UnixDatagramSocket(binding: path)
        try send()
        try pool.run { pool.members[0].page[.datagramsForwarded] == 2 }
        socket = try UnixDatagramSocket(binding: path)
        try send()
        try pool.run { pool.members[0].page[.datagramsForwarded] == 3 }
        #expect(pool.members[0].page[.droppedForeignSlot] == 2)
        withExtendedLifetime(socket) {}
    }

    @Test(
        "a worker that does not read costs packets in the end, all counted; when it reads the others arrive")
    func fullQueue() throws {
        let pool = try ListenerPool(slots: 1)
        let client = try TestClient()
        let socket = try UnixDatagramSocket(binding: pool.path(of: Slot(rawValue: 9)))
        defer { unlink(pool.path(of: Slot(rawValue: 9))) }
        let page = pool.members[0].page
        let train = (0..<40).map { _ in shortPacket(pool.id(of: 9), count: 1400) }
        var sent: UInt64 = 0
        while page[.droppedForwardQueueFull] == 0, sent < 20_000 {
            for _ in 0..<4 { try client.send(train: train, to: pool.members[0].address) }
            sent += 4 * 40
            try pool.run { page[.datagramsReceived] == sent }
        }
        #expect(page[.droppedForwardQueueFull] > 0)
        let queued = sent - page[.datagramsForwarded] - page[.droppedForwardQueueFull]
        #expect(queued > 0)

        var received: UInt64 = 0
        try pool.run {
            received += datagrams(in: socket)
            return page[.datagramsForwarded] + page[.droppedForwardQueueFull] == sent
        }
        received += datagrams(in: socket)
        #expect(received == page[.datagramsForwarded])
        #expect(page[.datagramsTakenOver] == 0)
    }

    // MARK: Messages between workers

    private func message(
        _ octets: [UInt8], in pool: ListenerPool, addressIndex: UInt16 = 0,
        remote: SocketAddress = SocketAddress("127.0.0.1:9")!, local: SocketAddress? = nil
    ) -> [UInt8] {
        octets.withUnsafeBytes { octets in
            let datagram = ForwardedDatagram(
                addressIndex: addressIndex, remote: remote.storage,
                local: (local ?? pool.members[0].address).storage, ecn: 0, octets: octets)
            var message = [UInt8](repeating: 1, count: 1 + datagram.encodedCount)
            message.withUnsafeMutableBytes {
                datagram.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[1...]))
            }
            return message
        }
    }

    private func send(_ message: [UInt8], to slot: UInt8, in pool: ListenerPool) throws {
        let path = pool.path(of: Slot(rawValue: slot))
        let socket = try UnixDatagramSocket(connecting: path, sendBuffer: 1 << 20)
        #expect(try message.withUnsafeBytes { try socket.send($0) })
    }

    /// Sends slot 0 what another worker would, had it received `octets`.
    private func forge(_ octets: [UInt8], in pool: ListenerPool) throws {
        try send(message(octets, in: pool), to: 0, in: pool)
    }

    /// Sends with the credentials of `user` (SCM_CREDENTIALS, 2).
    private func sendAs(_ user: uid_t, _ message: [UInt8], _ socket: Int32) -> Int {
        // A cmsghdr of length, level and type, then a ucred of process, user and group.
        var control: (UInt, Int32, Int32, pid_t, uid_t, gid_t) =
            (28, SOL_SOCKET, 2, getpid(), user, getegid())
        var message = message
        return message.withUnsafeMutableBytes { octets in
            withUnsafeMutableBytes(of: &control) { control in
                var part = iovec(iov_base: octets.baseAddress, iov_len: octets.count)
                return withUnsafeMutablePointer(to: &part) { part in
                    var header = msghdr()
                    header.msg_iov = part
                    header.msg_iovlen = 1
                    header.msg_control = control.baseAddress
                    header.msg_controllen = 28
                    return sendmsg(socket, &header, 0)
                }
            }
        }
    }

    /// How many datagrams wait in a forwarding socket; they are taken.
    private func datagrams(in socket: UnixDatagramSocket) -> UInt64 {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 1)
        defer { buffer.deallocate() }
        var count: UInt64 = 0
        while let received = try? socket.receive(into: buffer) {
            guard var batch = ForwardingBatch(UnsafeRawBufferPointer(rebasing: buffer[..<received.count]))
            else { continue }
            while batch.next() != nil { count += 1 }
        }
        return count
    }
}
