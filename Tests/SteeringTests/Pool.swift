import Linux
import Placement
import QUICLB
import Steering
import Testing

/// The sockets of a pool on one loopback address, and a client of it.
final class Pool {
    static let addresses = ["127.0.0.1:0", "[::1]:0"]

    /// Two configurations, to have the slot octet in either word of the ID, both kinds of first octet,
    /// and both a short and the longest ID.
    static let codecs = [
        try! PoolCodec(
            configuration: Configuration(
                id: ConfigurationID(rawValue: 1)!, serverIDLength: 3, nonceLength: 5),
            host: HostID([0xd0, 0x0e])!),
        try! PoolCodec(
            configuration: Configuration(
                id: ConfigurationID(rawValue: 6)!, serverIDLength: 10, nonceLength: 9, firstOctet: .random),
            host: HostID([1, 2, 3, 4, 5, 6, 7, 8, 9])!),
    ]

    let hash = PlacementHash(key: (0x1234_5678_9abc_def0, 0x0fed_cba9_8765_4321))
    let steering: KernelSteering
    let address: SocketAddress
    let client: UDPSocket
    private(set) var sockets: [(slot: Slot, socket: UDPSocket)] = []
    private var counted: SteeringCounters

    /// A pool with a socket in each slot, all of them active.
    init(on text: String = "127.0.0.1:0", slots: [UInt8] = [0, 1, 2, 255]) throws {
        var address = try #require(SocketAddress(text))
        client = try UDPSocket(bind: address)
        for slot in slots {
            let socket = try UDPSocket(bind: address, reusePort: true)
            address = try socket.address()
            sockets.append((Slot(rawValue: slot), socket))
        }
        self.address = address
        steering = try KernelSteering(configurations: Self.codecs, hash: hash)
        counted = try steering.counters()
        try steering.addAddress(address)
        for (slot, socket) in sockets {
            try steering.register(socket: socket.rawValue, address: address, slot: slot)
        }
        try steering.setRing(ring(without: []))
    }

    var slots: Set<Slot> { Set(sockets.map(\.slot)) }

    /// The ring of all slots but those.
    func ring(without inactive: Set<Slot>) -> Ring {
        Ring(active: slots.subtracting(inactive))
    }

    func duplicate(_ slot: Slot) throws -> FileDescriptor {
        let index = try #require(sockets.firstIndex { $0.slot == slot })
        return try FileDescriptor(duplicating: sockets[index].socket.rawValue)
    }

    func close(_ slot: Slot) {
        sockets.removeAll { $0.slot == slot }
    }

    /// Sends a datagram and returns the slot it came to, unchanged, and nil where it was lost.
    func deliver(_ datagram: [UInt8], from client: UDPSocket? = nil) throws -> Slot? {
        try (client ?? self.client).send(datagram, to: address)
        guard let index = try firstReadable() else { return nil }
        #expect(try receive(sockets[index].socket.rawValue) == datagram)
        return sockets[index].slot
    }

    /// The index of a socket that has something to read.
    func firstReadable() throws -> Int? {
        try SteeringTests.firstReadable(sockets.map(\.socket.rawValue))
    }

    /// What was counted since this was last asked, without what was not.
    func counts() throws -> [SteeringCounter: UInt64] {
        let now = try steering.counters()
        let change = now - counted
        counted = now
        return Dictionary(uniqueKeysWithValues: SteeringCounter.allCases.map { ($0, change[$0]) })
            .filter { $0.value != 0 }
    }
}
