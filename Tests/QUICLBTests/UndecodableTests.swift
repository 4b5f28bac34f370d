import QUICLB
import Testing

@Suite("Connection IDs that say nothing")
struct UndecodableTests {
    private let host = HostID([0xab, 0xcd])!
    private let configuration = try! Configuration(
        id: ConfigurationID(rawValue: 1)!, serverIDLength: 3, nonceLength: 6)
    private let codec = try! PoolCodec(
        configuration: Configuration(id: ConfigurationID(rawValue: 1)!, serverIDLength: 3, nonceLength: 6),
        host: HostID([0xab, 0xcd])!)

    private func id(_ text: String) throws -> ConnectionID {
        let octets = try #require(Hexadecimal.decode(text))
        return try #require(ConnectionID(octets))
    }

    private func reason(_ text: String) throws -> UndecodableConnectionID? {
        switch try configuration.decode(id(text)) {
        case .success: nil
        case .failure(let reason): reason
        }
    }

    @Test("the reason is named")
    func reasons() throws {
        #expect(try reason("") == .empty)
        #expect(try reason("e9abcd00112233445566") == .unroutable)
        #expect(try reason("49abcd00112233445566") == .otherConfiguration(ConfigurationID(rawValue: 2)!))
        #expect(try reason("28abcd001122334455") == .tooShort(count: 9, needed: 10))
        #expect(try reason("28abcd00112233445566") == .lengthMismatch(encoded: 9, count: 10))
        #expect(try reason("29abcd00112233445566") == nil)
    }

    @Test("octets for the server's own use follow the nonce")
    func serverUse() throws {
        let decoded = try configuration.decode(id("2babcd00112233445566eeee")).get()
        #expect(decoded.serverID.description == "abcd00")
        #expect(decoded.nonce.description == "112233445566")
    }

    @Test("only the pool's own IDs have a slot")
    func foreign() throws {
        #expect(try codec.slot(of: id("29abcd07112233445566")) == Slot(rawValue: 7))
        #expect(try codec.slot(of: id("29abcc07112233445566")) == nil, "another host")
        #expect(try codec.slot(of: id("49abcd07112233445566")) == nil, "another configuration")
        #expect(try codec.slot(of: id("28abcd07112233445566")) == nil, "another length encoded")
        #expect(try codec.slot(of: id("29abcd071122334455")) == nil, "shorter")
        #expect(try codec.slot(of: id("29abcd0711223344556677")) == nil, "longer")
    }

    @Test("any octets of any length are decoded or refused, and both decoders agree", arguments: 0...20)
    func anyOctets(count: Int) throws {
        for _ in 0..<2_000 {
            var octets = (0..<count).map { _ in UInt8.random(in: 0...255) }
            // Bring some of them near to what is ours.
            let near: [UInt8] = [0x29, 0xab, 0xcd]
            for index in 0..<min(count, 3) where Int.random(in: 0..<4) != 0 { octets[index] = near[index] }
            let id = try #require(ConnectionID(octets))
            let decoded = try? configuration.decode(id).get()
            let slot = codec.slot(of: id)
            let serverID = decoded?.serverID.withUnsafeBytes(Array.init) ?? []
            let isOurs = serverID.starts(with: host.octets)
            #expect((slot != nil) == (isOurs && count == configuration.connectionIDLength))
            if let slot { #expect(serverID.last == slot.rawValue) }
        }
        #expect(ConnectionID([UInt8](repeating: 0, count: 21)) == nil)
    }
}
