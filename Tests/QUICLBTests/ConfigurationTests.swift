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
        #expect(ConfigurationError.nonceLength(3).description == "a nonce of 3 octets; it must have 4 to 18")
    }
}
