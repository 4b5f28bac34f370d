import Placement
import QUICLB
import Testing

/// The kernel program's order of decision. Tests/SteeringTests compares it with the program.
struct SteeringRulesTests {
    private let host = HostID([0xd7, 0x0e])!
    private let codepoint = ConfigurationID(rawValue: 1)!
    private let configuration: Configuration
    private let rules: SteeringRules
    private let id: ConnectionID

    init() throws {
        configuration = try Configuration(
            id: codepoint, key: Configuration.Key(0..<16), serverIDLength: 3, nonceLength: 5)
        rules = try SteeringRules(configuration: configuration, hostID: host)
        id = configuration.encode(
            serverID: ServerID(host: host, slot: Slot(rawValue: 9)), nonce: Nonce(counter: 1, count: 5))
    }

    private func decide(_ packet: [UInt8]) -> SteeringDecision {
        packet.withUnsafeBytes { rules.decide(packet: $0) }
    }

    private func long(_ id: [UInt8]) -> [UInt8] { [0xc0, 0, 0, 0, 1, UInt8(id.count)] + id }
    private func octets(_ id: ConnectionID) -> [UInt8] { id.withUnsafeBytes { Array($0) } }

    @Test("an ID that the pool issued names its slot, whatever the packet")
    func serverID() {
        let issued = SteeringDecision.serverID(id, Slot(rawValue: 9))
        #expect(decide(long(octets(id))) == issued)
        #expect(decide(long(octets(id)) + [0, 1, 2]) == issued)
        #expect(decide([0x40] + octets(id)) == issued)
        #expect(decide([0x40] + octets(id) + [UInt8](repeating: 0xee, count: 1200)) == issued)
        #expect(rules.decide(id, in: .long) == issued)
        #expect(rules.decide(id, in: .short) == issued)
    }

    @Test("a long header with any other ID goes by the ring", arguments: [0, 8, 20])
    func ring(length: Int) {
        let chosen = ConnectionID([UInt8](repeating: 0x5a, count: length))!
        let reason: UndecodableConnectionID =
            length == 0 ? .empty : .otherConfiguration(ConfigurationID(rawValue: 2)!)
        #expect(decide(long(octets(chosen))) == .ring(chosen, .undecodable(reason)))
    }

    @Test("an ID of the pool's with more octets is not the pool's")
    func longerID() throws {
        let random = try Configuration(
            id: codepoint, serverIDLength: 3, nonceLength: 5, firstOctet: .random)
        let rules = try SteeringRules(configuration: random, hostID: host)
        let longer = random.encode(
            serverID: ServerID(host: host, slot: Slot(rawValue: 9)), nonce: Nonce(counter: 1, count: 5),
            serverUse: [1])
        #expect(rules.decide(longer, in: .long) == .ring(longer, .otherLength(10, needed: 9)))
        #expect(rules.decide(longer, in: .short).slot == Slot(rawValue: 9))
    }

    @Test("a short header with any other ID goes by addresses")
    func tuple() throws {
        let serverID = try #require(ServerID([0xd7, 0x0f, 9]))
        let foreign = configuration.encode(serverID: serverID, nonce: Nonce(counter: 1, count: 5))
        #expect(decide([0x40] + octets(foreign) + [1, 2, 3]) == .tuple(.otherHost(serverID, host)))
        #expect(
            decide([0x40] + octets(id).dropLast()) == .tuple(.undecodable(.tooShort(count: 8, needed: 9))))
        #expect(decide([0x40]) == .tuple(.undecodable(.empty)))
        #expect(decide([0x40] + [UInt8](repeating: 0xff, count: 30)) == .tuple(.undecodable(.unroutable)))
    }

    @Test("a header that is cut short or has an ID of over 20 octets is malformed", arguments: [21, 255])
    func malformed(length: Int) {
        let packet = long([UInt8](repeating: 1, count: length))
        #expect(decide(packet + [0, 0, 0]) == .malformed(.longID(length)))
        #expect(decide(packet.dropLast()) == .malformed(.cutShort))
        #expect(decide(Array(packet.prefix(5))) == .malformed(.cutShort))
        #expect(decide([]) == .malformed(.empty))
    }
}
