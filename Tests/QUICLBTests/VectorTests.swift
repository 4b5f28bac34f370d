import QUICLB
import Testing

@Suite("Plaintext vectors")
struct VectorTests {
    private func configuration(of vector: Vector) throws -> Configuration {
        try Configuration(
            id: #require(ConfigurationID(rawValue: vector.id)),
            serverIDLength: vector.serverID.count / 2, nonceLength: vector.nonce.count / 2)
    }

    private func octets(_ text: String) throws -> [UInt8] {
        try #require(Hexadecimal.decode(text))
    }

    @Test("encode", arguments: Vector.draft + Vector.generated)
    func encode(vector: Vector) throws {
        let id = try configuration(of: vector).encode(
            serverID: octets(vector.serverID),
            nonce: #require(Nonce(octets(vector.nonce))))
        #expect(id.description == vector.connectionID)
    }

    @Test("decode", arguments: Vector.draft + Vector.generated)
    func decode(vector: Vector) throws {
        let id = try #require(ConnectionID(octets(vector.connectionID)))
        let decoded = try configuration(of: vector).decode(id).get()
        #expect(Hexadecimal.encode(decoded.serverID) == vector.serverID)
        #expect(decoded.nonce.description == vector.nonce)
    }

    @Test(
        "a server ID of two octets or more is a host ID and a slot",
        arguments: (Vector.draft + Vector.generated).filter { $0.serverID.count > 2 })
    func pool(vector: Vector) throws {
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
