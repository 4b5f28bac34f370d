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
    private static let keys = [nil, Configuration.Key((0..<16).map { _ in .random(in: 0...255) })]

    private func octets(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in .random(in: 0...255) }
    }

    /// A configuration of each kind with these lengths.
    private func configurations(_ lengths: Lengths) throws -> [Configuration] {
        try Self.keys.flatMap { key in
            try Self.firstOctets.map { firstOctet in
                try Configuration(
                    id: ConfigurationID(rawValue: .random(in: 0...6))!, key: key,
                    serverIDLength: lengths.serverID, nonceLength: lengths.nonce, firstOctet: firstOctet)
            }
        }
    }

    @Test("server ID, nonce and octets for the server's use", arguments: Lengths.legal)
    func octets(lengths: Lengths) throws {
        for configuration in try configurations(lengths) {
            let serverID = octets(lengths.serverID)
            let nonce = octets(lengths.nonce)
            let serverUse = octets(.random(in: 0...20 - configuration.connectionIDLength))
            let id = try configuration.encode(
                serverID: #require(ServerID(serverID)), nonce: #require(Nonce(nonce)), serverUse: serverUse,
                firstOctetBits: 0x15)

            let written = id.withUnsafeBytes(Array.init)
            let low: UInt8 = configuration.firstOctet == .random ? 0x15 : UInt8(id.count - 1)
            #expect(written[0] == configuration.id.rawValue << 5 | low)
            #expect((Array(written[1...]) == serverID + nonce + serverUse) == (configuration.key == nil))
            #expect(written.suffix(serverUse.count) == serverUse[...])
            let decoded = try configuration.decode(id).get()
            #expect(decoded.configuration == configuration.id)
            #expect(decoded.serverID == ServerID(serverID))
            #expect(decoded.nonce == Nonce(nonce))
            #expect(try Configurations([configuration]).decode(id) == .success(decoded))
        }
    }

    @Test("slot and nonce", arguments: Lengths.legal.filter { $0.serverID > 1 })
    func slot(lengths: Lengths) throws {
        for configuration in try configurations(lengths) {
            let host = HostID(octets(lengths.serverID - 1))!
            let codec = try PoolCodec(configuration: configuration, host: host)
            for rawValue: UInt8 in [0, 1, 127, 255] {
                let slot = Slot(rawValue: rawValue)
                let nonce = Nonce(octets(lengths.nonce))!
                let id = codec.encode(slot: slot, nonce: nonce, firstOctetBits: .random(in: 0...255))
                #expect(codec.slot(of: id) == slot)
                let decoded = try configuration.decode(id).get()
                #expect(decoded.serverID == ServerID(host: host, slot: slot))
                #expect(decoded.nonce == nonce)
            }
        }
    }

    @Test("a load balancer that knows the host ID only decodes the pool's IDs", arguments: 1...14)
    func hostOnly(hostIDLength: Int) throws {
        let host = HostID(octets(hostIDLength))!
        for nonceLength in 4...18 where hostIDLength + 1 + nonceLength <= 19 {
            for pool in try configurations(Lengths(serverID: hostIDLength + 1, nonce: nonceLength)) {
                let codec = try PoolCodec(configuration: pool, host: host)
                let balancer = try Configuration(
                    id: pool.id, key: pool.key, serverIDLength: hostIDLength, nonceLength: nonceLength + 1,
                    firstOctet: pool.firstOctet)
                let issued = codec.encode(
                    slot: Slot(rawValue: 9), nonce: Nonce(counter: 77, count: nonceLength), firstOctetBits: 0)
                let decoded = try balancer.decode(issued).get()
                #expect(decoded.serverID == ServerID(host.octets))
                #expect(decoded.nonce.withUnsafeBytes { $0[0] } == 9)
            }
        }
    }

    @Test("unroutable IDs have the slot, and no load balancer decodes them", arguments: 8...20)
    func unroutable(length: Int) throws {
        let codec = PoolCodec(unroutableOf: length)
        let id = codec.encode(
            slot: Slot(rawValue: 200), nonce: Nonce(octets(length - 2))!, firstOctetBits: 0)
        #expect(id.count == length)
        #expect(codec.slot(of: id) == Slot(rawValue: 200))
        #expect(try Configurations([]).decode(id) == .failure(.unroutable))
        #expect(try PoolCodecs([codec]).slot(of: id) == Slot(rawValue: 200))
    }
}
