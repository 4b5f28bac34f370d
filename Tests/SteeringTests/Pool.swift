import Linux
import Placement
import QUICLB
import Steering
import Testing

/// The sockets of a pool on one loopback address, and a client of it.
final class Pool {
    static let addresses = ["127.0.0.1:0", "[::1]:0"]

    /// Configurations of every algorithm, with the slot octet in either word of the ID, both kinds of first octet, and
    /// from the shortest to the longest ID. Codepoint 0 is none's.
    static let codecs = [
        codec(1, keyed: false, host: 2, nonce: 5, .encodesLength),
        codec(2, keyed: true, host: 1, nonce: 14, .encodesLength),
        codec(3, keyed: true, host: 2, nonce: 8, .random),
        codec(4, keyed: true, host: 8, nonce: 5, .encodesLength),
        codec(5, keyed: true, host: 14, nonce: 4, .encodesLength),
        codec(6, keyed: false, host: 9, nonce: 9, .random),
        PoolCodec(unroutableOf: 17),
    ]

    private static func codec(
        _ id: UInt8, keyed: Bool, host: UInt8, nonce: Int, _ firstOctet: Configuration.FirstOctet
    ) -> PoolCodec {
        let key = keyed ? Configuration.Key((0..<16).map { $0 &* 37 &+ id }) : nil
        let configuration = try! Configuration(
            id: ConfigurationID(rawValue: id)!, key: key, serverIDLength: Int(host) + 1, nonceLength: nonce,
            firstOctet: firstOctet)
        return try! PoolCodec(configuration: configuration, host: HostID((0..<host).map { 0xd0 + $0 })!)
    }

    let hash = PlacementHash(key: (0x1234_5678_9abc_def0, 0x0fed_cba9_8765_4321))
    let steering: KernelSteering
    let address: SocketAddress
    let client: UDPSocket
    private(set) var sockets: [(slot: Slot, socket: UDPSocket)] = []
    private var counted: SteeringCounters

    /// A pool with a socket in each slot, all of them active.
    ///
    /// - Parameter forms: of the program; nil for those that the codecs call for.
    init(
        on text: String = "127.0.0.1:0", slots: [UInt8] = [0, 1, 2, 255], codecs: [PoolCodec] = Pool.codecs,
        pinCapacity: Int = 65_536, forms: [ProgramForm]? = nil
    ) throws {
        var address = try #require(SocketAddress(text))
        client = try UDPSocket(bind: address)
        for slot in slots {
            let socket = try UDPSocket(bind: address, reusePort: true)
            address = try socket.address()
            sockets.append((Slot(rawValue: slot), socket))
        }
        self.address = address
        steering = try KernelSteering(
            configurations: codecs, hash: hash, pinCapacity: pinCapacity, forms: forms)
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
