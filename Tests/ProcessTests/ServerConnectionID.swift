import QUICLB
import Testing

/// A connection ID that a pool of the tests gave.
struct ServerConnectionID: Decodable, Hashable, Sendable {
    let hexadecimal: String

    init(from decoder: any Decoder) throws {
        hexadecimal = try decoder.singleValueContainer().decode(String?.self) ?? ""
    }

    /// The slot it encodes, under the tests' key or none; nil where the ID is not of the tests' host.
    var slot: Int? {
        guard let id = Hexadecimal.decode(hexadecimal).flatMap({ ConnectionID($0) }) else { return nil }
        return [
            TestKey.codec(configuration: configuration), TestKey.plaintextCodec(configuration: configuration),
        ]
        .lazy.compactMap { $0?.slot(of: id) }.first.map { Int($0.rawValue) }
    }

    /// The codepoint of the configuration that made it; nil where there is none.
    var configuration: UInt8? {
        Hexadecimal.decode(hexadecimal)?.first.map { $0 >> 5 }
    }
}

/// The key that the tests give to their pools, so that they find the slot in a connection ID.
enum TestKey {
    static let hexadecimal = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    private static let key = Configuration.Key(Hexadecimal.decode(hexadecimal)!)
    private static let host = HostID(Hexadecimal.decode(DroverProcess.hostID)!)!

    /// Of the IDs that a pool of the tests gives under a configuration.
    static func codec(configuration: UInt8?) -> PoolCodec? { codec(configuration, key) }

    /// An ID that a pool of the tests could have given, and did not.
    static func madeUpID(slot: UInt8) throws -> String {
        let codec = try #require(Self.codec(configuration: 0))
        let nonce = try #require(Nonce([UInt8](repeating: 0x55, count: codec.nonceLength)))
        return codec.encode(slot: Slot(rawValue: slot), nonce: nonce, firstOctetBits: 0).description
    }

    static func plaintextCodec(configuration: UInt8?) -> PoolCodec? { codec(configuration, nil) }

    private static func codec(_ configuration: UInt8?, _ key: Configuration.Key?) -> PoolCodec? {
        guard let id = configuration.flatMap({ ConfigurationID(rawValue: $0) }) else { return nil }
        let length = host.octets.count + 1
        let configuration = try! Configuration(
            id: id, key: key, serverIDLength: length, nonceLength: 16 - length)
        return try! PoolCodec(configuration: configuration, host: host)
    }
}
