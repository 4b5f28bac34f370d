import QUICLB
import Testing

@Suite("Encode, then decode")
struct RoundTripTests {
    struct Lengths: Sendable, CustomTestStringConvertible {
        let serverID: Int
        let nonce: Int
        var testDescription: String { "\(serverID) + \(nonce)" }

        static let legal = (1...15).flatMap { serverID in
            (4...(19 - serverID)).filter { $0 <= 18 }.map { Lengths(serverID: serverID, nonce: $0) }
        }
    }

    private static let firstOctets: [Configuration.FirstOctet] = [.encodesLength, .random]

    private func octets(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in .random(in: 0...255) }
    }

    @Test("server ID and nonce", arguments: Lengths.legal)
    func octets(lengths: Lengths) throws {
        for firstOctet in Self.firstOctets {
            for rawValue: UInt8 in 0...6 {
                let configuration = try Configuration(
                    id: ConfigurationID(rawValue: rawValue)!, serverIDLength: lengths.serverID,
                    nonceLength: lengths.nonce, firstOctet: firstOctet)
                let serverID = octets(lengths.serverID)
                let nonce = try #require(Nonce(octets(lengths.nonce)))
                let id = configuration.encode(serverID: serverID, nonce: nonce, firstOctetBits: 0x15)

                let low: UInt8 = firstOctet == .random ? 0x15 : UInt8(id.count - 1)
                let expected = [rawValue << 5 | low] + serverID + nonce.withUnsafeBytes(Array.init)
                #expect(id.withUnsafeBytes(Array.init) == expected)
                let decoded = try configuration.decode(id).get()
                #expect(decoded.serverID == serverID)
                #expect(decoded.nonce == nonce)
            }
        }
    }

    @Test("slot and nonce", arguments: Lengths.legal.filter { $0.serverID > 1 })
    func slot(lengths: Lengths) throws {
        for firstOctet in Self.firstOctets {
            let configuration = try Configuration(
                id: ConfigurationID(rawValue: 5)!, serverIDLength: lengths.serverID,
                nonceLength: lengths.nonce, firstOctet: firstOctet)
            let host = HostID(octets(lengths.serverID - 1))!
            let codec = try PoolCodec(configuration: configuration, host: host)
            for rawValue: UInt8 in [0, 1, 127, 255] {
                let slot = Slot(rawValue: rawValue)
                let nonce = Nonce(octets(lengths.nonce))!
                let id = codec.encode(slot: slot, nonce: nonce, firstOctetBits: .random(in: 0...255))
                #expect(codec.slot(of: id) == slot)
                let decoded = try configuration.decode(id).get()
                #expect(decoded.serverID == host.octets + [rawValue])
                #expect(decoded.nonce == nonce)
            }
        }
    }

    @Test("a load balancer that knows the host ID only decodes the pool's IDs")
    func hostOnly() throws {
        let id = ConfigurationID(rawValue: 2)!
        let host = HostID([0xc0, 0xff, 0xee])!
        let codec = try PoolCodec(
            configuration: Configuration(id: id, serverIDLength: 4, nonceLength: 8), host: host)
        let balancer = try Configuration(id: id, serverIDLength: 3, nonceLength: 9)

        let issued = codec.encode(
            slot: Slot(rawValue: 9), nonce: Nonce(counter: 77, count: 8), firstOctetBits: 0)
        let decoded = try balancer.decode(issued).get()
        #expect(decoded.serverID == host.octets)
        #expect(decoded.nonce.description == "09000000000000004d")
    }
}
