import QUICLB
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    private static let id = ConfigurationID(rawValue: 0)!

    @Test("codepoint 7 is no configuration's")
    func codepoints() {
        for value: UInt8 in 0...6 { #expect(ConfigurationID(rawValue: value)?.rawValue == value) }
        for value: UInt8 in 7...255 { #expect(ConfigurationID(rawValue: value) == nil) }
    }

    @Test("every legal pair of lengths is taken, and no other")
    func lengths() {
        for serverID in -1...21 {
            for nonce in -1...21 {
                let isLegal =
                    (1...15).contains(serverID) && (4...18).contains(nonce) && serverID + nonce <= 19
                let configuration = try? Configuration(
                    id: Self.id, serverIDLength: serverID, nonceLength: nonce)
                #expect((configuration != nil) == isLegal)
                if isLegal { #expect(configuration?.connectionIDLength == 1 + serverID + nonce) }
            }
        }
    }

    @Test("the error says what is wrong")
    func errors() {
        #expect(throws: ConfigurationError.serverIDLength(0)) {
            try Configuration(id: Self.id, serverIDLength: 0, nonceLength: 4)
        }
        #expect(throws: ConfigurationError.serverIDLength(16)) {
            try Configuration(id: Self.id, serverIDLength: 16, nonceLength: 4)
        }
        #expect(throws: ConfigurationError.nonceLength(3)) {
            try Configuration(id: Self.id, serverIDLength: 1, nonceLength: 3)
        }
        #expect(throws: ConfigurationError.blockLength(serverID: 15, nonce: 5)) {
            try Configuration(id: Self.id, serverIDLength: 15, nonceLength: 5)
        }
        #expect(throws: ConfigurationError.hostIDLength(2, serverID: 2)) {
            try PoolCodec(
                configuration: Configuration(id: Self.id, serverIDLength: 2, nonceLength: 4),
                host: HostID([1, 2])!)
        }
        #expect(throws: ConfigurationError.duplicateID(Self.id)) {
            let configuration = try Configuration(id: Self.id, serverIDLength: 2, nonceLength: 4)
            _ = try Configurations([configuration, configuration])
        }
        #expect(ConfigurationError.nonceLength(3).description == "a nonce of 3 octets; it must have 4 to 18")
    }

    @Test("the codecs of a pool have a codepoint each, and do not mix plaintext and keyed")
    func poolCodecs() throws {
        let key = try #require(Configuration.Key(1...16))
        func codec(_ id: UInt8, _ key: Configuration.Key?) throws -> PoolCodec {
            let configuration = try Configuration(
                id: ConfigurationID(rawValue: id)!, key: key, serverIDLength: 2, nonceLength: 14)
            return try PoolCodec(configuration: configuration, host: HostID([1])!)
        }
        var codecs = try PoolCodecs([codec(3, key), PoolCodec(unroutableOf: 17)])
        let three = ConfigurationID(rawValue: 3)!, four = ConfigurationID(rawValue: 4)!
        #expect(throws: ConfigurationError.duplicateID(three)) { try codecs.add(codec(3, key)) }
        #expect(throws: ConfigurationError.sharedServerIDs(plaintext: four, keyed: three)) {
            try codecs.add(codec(4, nil))
        }
        try codecs.add(codec(4, key))
        codecs.remove(codepoint: 3)
        #expect(codecs[3] == nil)
        #expect(codecs[4] != nil)
    }

    @Test("a key has 16 octets, and is not printed")
    func keys() {
        #expect(Configuration.Key([]) == nil)
        #expect(Configuration.Key(1...15) == nil)
        #expect(Configuration.Key(1...17) == nil)
        let key = Configuration.Key([UInt8](repeating: 0xab, count: 16))!
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains("171") && !text.contains("ab"))
        }
    }
}
