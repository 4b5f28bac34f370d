import QUICLB
import TestSupport
import Testing

@Suite("Vectors")
struct VectorTests {
    private static let all = QUICLBVector.draft + QUICLBVector.generated

    private func octets(_ text: String) throws -> [UInt8] {
        try #require(Hexadecimal.decode(text))
    }

    private func configuration(of vector: QUICLBVector) throws -> Configuration {
        let key = try vector.key.map { text in try #require(Configuration.Key(octets(text))) }
        return try Configuration(
            id: #require(ConfigurationID(rawValue: vector.codepoint)), key: key,
            serverIDLength: vector.serverID.count / 2, nonceLength: vector.nonce.count / 2)
    }

    @Test("there are as many as there should be, of every algorithm")
    func count() throws {
        #expect(QUICLBVector.draft.count == 7)
        #expect(QUICLBVector.generated.count == 720)
        for vector in Self.all {
            let name = try configuration(of: vector).algorithm.rawValue
            #expect(name.filter { $0 != "-" } == vector.algorithm)
        }
        #expect(Set(Self.all.map(\.algorithm)).count == Configuration.Algorithm.allCases.count)
    }

    @Test("encode")
    func encode() throws {
        for vector in Self.all {
            let id = try configuration(of: vector).encode(
                serverID: #require(ServerID(octets(vector.serverID))),
                nonce: #require(Nonce(octets(vector.nonce))))
            #expect(id.description == vector.connectionID)
        }
    }

    @Test("decode")
    func decode() throws {
        for vector in Self.all {
            let id = try #require(ConnectionID(octets(vector.connectionID)))
            let decoded = try configuration(of: vector).decode(id).get()
            #expect(decoded.configuration.rawValue == vector.codepoint)
            #expect(decoded.serverID.description == vector.serverID)
            #expect(decoded.nonce.description == vector.nonce)
        }
    }

    @Test("a server ID of two octets or more is a host ID and a slot")
    func pool() throws {
        for vector in Self.all where vector.serverID.count > 2 {
            let serverID = try octets(vector.serverID)
            let codec = try PoolCodec(
                configuration: configuration(of: vector), host: #require(HostID(Array(serverID.dropLast()))))
            let slot = Slot(rawValue: serverID[serverID.count - 1])
            let nonce = try #require(Nonce(octets(vector.nonce)))

            let id = codec.encode(slot: slot, nonce: nonce, firstOctetBits: 0xff)
            #expect(id.description == vector.connectionID)
            #expect(codec.slot(of: id) == slot)
        }
    }
}
