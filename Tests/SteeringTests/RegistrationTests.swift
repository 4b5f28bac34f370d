import Glibc
import Linux
import Placement
import QUICLB
import Steering
import Testing

/// Which sockets may have a place, and how long they keep it.
@Suite("Registration", Kernel.trait)
struct RegistrationTests {
    private let slot = Slot(rawValue: 9)

    /// The error's text, where the socket is refused.
    private func refusal(of socket: UDPSocket, by pool: Pool) -> String? {
        do {
            try pool.steering.register(socket: socket.rawValue, address: pool.address, slot: slot)
            return nil
        } catch {
            #expect(error.code == .socket)
            return error.description
        }
    }

    @Test("a socket of another port, type or group is refused", arguments: Pool.addresses)
    func foreign(address: String) throws {
        let pool = try Pool(on: address)
        let local = try #require(SocketAddress(address))
        let attempt = "steering: register a socket for slot 9 at \(pool.address): "

        let otherPort = try UDPSocket(bind: local, reusePort: true)
        let otherAddress = try otherPort.address()
        #expect(refusal(of: otherPort, by: pool) == attempt + "it is bound to \(otherAddress)")

        let stream = try UDPSocket(bind: local, reusePort: true, type: SOCK_STREAM)
        #expect(refusal(of: stream, by: pool) == attempt + "it is not a UDP socket")

        let connected = try UDPSocket(bind: pool.address, reusePort: true)
        try connected.connect(to: otherAddress)
        #expect(refusal(of: connected, by: pool) == attempt + "it is connected")

        let alone = try UDPSocket(bind: local)
        try pool.steering.addAddress(alone.address())
        #expect(throws: SteeringError.self) {
            try pool.steering.register(socket: alone.rawValue, address: alone.address(), slot: slot)
        }

        #expect(refusal(of: pool.sockets[0].socket, by: pool) == attempt + "EBUSY (Device or resource busy)")
        #expect(try pool.deliver(Packet.short(Pool.codecs[0].anyID(of: slot))) != nil)
        #expect(try pool.counts() == [.emptySlot: 1, .tuple: 1])
    }

    @Test("a duplicate keeps the place, the last close empties it")
    func duplicate() throws {
        let pool = try Pool()
        let slot = Slot(rawValue: 2)
        try pool.steering.setRing(pool.ring(without: [slot]))
        let packet = Packet.short(Pool.codecs[0].anyID(of: slot))
        try pool.client.send(packet, to: pool.address)
        let copy = try pool.duplicate(slot)
        let fd = copy.rawValue

        // What was queued and what comes later are both there for who holds the duplicate.
        pool.close(slot)
        try pool.client.send(packet, to: pool.address)
        for _ in 0..<2 { #expect(try receive(fd) == packet) }
        #expect(try pool.counts() == [.serverID: 2])

        _ = consume copy
        #expect(try pool.deliver(packet) != nil)
        #expect(try pool.counts() == [.emptySlot: 1, .tuple: 1])
    }

    @Test("a slot can be emptied and filled again")
    func refill() throws {
        let pool = try Pool()
        let (slot, socket) = pool.sockets[1]
        let packet = Packet.short(Pool.codecs[1].anyID(of: slot))
        try pool.steering.setRing(pool.ring(without: [slot]))
        try pool.steering.unregister(address: pool.address, slot: slot)
        try pool.steering.unregister(address: pool.address, slot: slot)
        #expect(try pool.deliver(packet) != nil)
        #expect(try pool.counts() == [.emptySlot: 1, .tuple: 1])
        try pool.steering.register(socket: socket.rawValue, address: pool.address, slot: slot)
        #expect(try pool.deliver(packet) == slot)
        #expect(try pool.counts() == [.serverID: 1])
    }

    @Test("a group that lost all its sockets is steered again")
    func newGroup() throws {
        let pool = try Pool(slots: [3])
        let slot = Slot(rawValue: 3)
        let packet = Packet.short(Pool.codecs[0].anyID(of: slot))
        pool.close(slot)
        let socket = try UDPSocket(bind: pool.address, reusePort: true)
        try pool.steering.register(socket: socket.rawValue, address: pool.address, slot: slot)
        try pool.client.send(packet, to: pool.address)
        #expect(try receive(socket.rawValue) == packet)
        #expect(try pool.counts() == [.serverID: 1])
    }

    @Test("detached, the program sees nothing")
    func detach() throws {
        let pool = try Pool()
        try pool.steering.detach(socket: pool.sockets[0].socket.rawValue, address: pool.address)
        for slot in pool.slots {
            #expect(try pool.deliver(Packet.short(Pool.codecs[0].anyID(of: slot))) != nil)
        }
        #expect(try pool.counts() == [:])
    }

    @Test("addresses share configurations, ring, pins and counters, but not sockets")
    func addresses() throws {
        let pool = try Pool()
        let first = try #require(SocketAddress("[::1]:0"))
        let socket = try UDPSocket(bind: first, reusePort: true)
        let address = try socket.address()
        let client = try UDPSocket(bind: first)
        let slot = pool.sockets[0].slot
        try pool.steering.addAddress(address)
        try pool.steering.register(socket: socket.rawValue, address: address, slot: slot)
        try pool.steering.setRing(Ring(active: [slot]))

        let id = ConnectionID.clientChosen()
        let packet = Packet.long(id)
        #expect(try pool.deliver(packet) == slot)
        #expect(try pool.counts() == [.ring: 1])
        try client.send(packet, to: address)
        #expect(try receive(socket.rawValue) == packet)
        #expect(try pool.counts() == [.pin: 1])

        // The other slots have sockets at the first address only.
        let elsewhere = Packet.short(Pool.codecs[0].anyID(of: pool.sockets[1].slot))
        try client.send(elsewhere, to: address)
        #expect(try receive(socket.rawValue) == elsewhere)
        #expect(try pool.counts() == [.emptySlot: 1, .tuple: 1])
    }
}
