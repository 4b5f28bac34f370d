import Control
import Listener
import QUICLB
import TestSupport
import Testing

@Suite struct ConnectionIDsTests {
    private let slot = Slot(rawValue: 9)

    private func configuration(
        _ id: UInt8, key: Configuration.Key? = Configuration.Key([UInt8](0..<16)), nonceLength: Int = 14
    ) throws -> Configuration {
        try Configuration(
            id: ConfigurationID(rawValue: id)!, key: key, serverIDLength: 2, nonceLength: nonceLength)
    }

    private func ids(_ configurations: Configuration...) throws -> ConnectionIDs {
        try ConnectionIDs(
            host: HostID([0x5a])!, slot: slot, configurations: configurations,
            nonces: NonceRange(first: 0, count: 10))
    }

    private func next(_ ids: inout ConnectionIDs) -> ConnectionID {
        var random = SplitMix64(seed: 1)
        return ids.issuer.next(using: &random)
    }

    @Test("new IDs are of the newest configuration; those of former ones decode until they are dropped")
    func rotation() throws {
        var ids = try ids(configuration(0), configuration(3))
        let old = next(&ids)
        #expect(old.codepoint == 3)
        try ids.rotate(to: configuration(1), nonces: NonceRange(first: 0, count: 10))
        let new = next(&ids)
        #expect(new.codepoint == 1)
        #expect(ids.slot(of: old) == slot && ids.slot(of: new) == slot)
        ids.drop(ConfigurationID(rawValue: 3)!)
        #expect(ids.slot(of: old) == nil && ids.slot(of: new) == slot)
        try ids.rotate(to: configuration(3), nonces: .empty)
    }

    @Test("each former configuration is unused once, and none that was dropped")
    func unused() throws {
        var ids = try ids(configuration(0), configuration(1), configuration(2))
        let first = ids.takeUnused { $0.rawValue == 0 }
        try ids.rotate(to: configuration(3), nonces: .empty)
        ids.drop(ConfigurationID(rawValue: 1)!)
        let rest = ids.takeUnused { _ in true }
        let none = ids.takeUnused { _ in true }
        #expect(first.map(\.rawValue) == [0])
        #expect(rest.map(\.rawValue) == [2])
        #expect(none.isEmpty)
    }

    @Test("a short header's ID is as long as its configuration makes them")
    func shortLength() throws {
        var ids = try ids(configuration(0, nonceLength: 14), configuration(1, nonceLength: 10))
        func length(_ codepoint: UInt8) -> Int {
            [0x40, codepoint << 5 | 0x1f].withUnsafeBytes { ids.shortLength(of: $0) }
        }
        #expect(length(0) == 17)
        #expect(length(1) == 13)
        #expect(length(4) == 13)
        #expect(length(7) == 13)
        ids.drop(ConfigurationID(rawValue: 0)!)
        #expect(length(0) == 13)
        for octets in [[], [0x40]] as [[UInt8]] {
            #expect(octets.withUnsafeBytes { ids.shortLength(of: $0) } >= octets.count)
        }
    }

    @Test("a configuration that cannot be used beside the others changes nothing")
    func refused() throws {
        var ids = try ids(configuration(0))
        let refused = try [configuration(0), configuration(1, key: nil)]
        for configuration in refused {
            #expect(throws: ConfigurationError.self) { try ids.rotate(to: configuration, nonces: .empty) }
        }
        #expect(ids.newest.rawValue == 0)
        #expect(next(&ids).codepoint == 0)
    }
}
