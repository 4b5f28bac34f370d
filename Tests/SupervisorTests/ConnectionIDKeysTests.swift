import Control
import Linux
import QUICLB
import TestSupport
import Testing

@testable import Supervisor

/// The keys of a pool over restarts and rotations, in a state directory of each test's own.
@Suite struct ConnectionIDKeysTests {
    private let directory = try! TemporaryDirectory()
    private var path: String { directory.path("connection-ids.json") }

    private func open(
        _ options: ConnectionIDOptions = ConnectionIDOptions(), host: [UInt8] = [1, 2]
    ) throws -> ConnectionIDKeys {
        try ConnectionIDKeys(options, host: HostID(host)!, state: StateDirectory(directory.path("")))
    }

    private func key(_ octet: UInt8) -> Configuration.Key {
        Configuration.Key([UInt8](repeating: octet, count: 16))!
    }

    @Test func theKeyOutlivesTheSupervisorAndItsNoncesDoNot() throws {
        var current: Configuration?
        var next: Configuration?
        var firsts: Set<UInt128> = []
        for _ in 0..<5 {
            let ids = try open()
            #expect(current == nil || ids.current == current)
            #expect(next == nil || ids.next == next)
            (current, next) = (ids.current, ids.next)
            for _ in 0..<20 {
                let range = try #require(try ids.takeNonces())
                #expect(firsts.insert(range.first).inserted)
            }
        }
        #expect(current?.algorithm == .singlePass)
        #expect(current?.connectionIDLength == 17)
        #expect(next?.id.rawValue == 1)
    }

    @Test func aRotationTakesTheKeyThatWasAnnounced() throws {
        let ids = try open()
        let (first, second) = (ids.current, try #require(ids.next))
        try ids.rotate(to: nil)
        #expect(ids.configurations == [first, second])
        #expect(ids.current == second)
        #expect(ids.next?.id.rawValue == 2)
        #expect(throws: StartupFailure.self) { try ids.rotate(to: nil) }
        ids.dropFormer()
        #expect(ids.configurations == [second])
        for id: UInt8 in [2, 3, 4, 5, 6, 0, 1] {
            try ids.rotate(to: nil)
            ids.dropFormer()
            #expect(ids.current.id.rawValue == id)
        }
        #expect(ids.current != first)
    }

    @Test func plaintextTakesNoKey() throws {
        #expect(try open(ConnectionIDOptions(preset: .plaintext)).current.key == nil)
    }

    /// An operator who takes back a key gets the nonces that are left of it.
    @Test func aGivenKeyKeepsItsNonces() throws {
        var firsts: Set<UInt128> = []
        func take(_ ids: ConnectionIDKeys) throws {
            let range = try #require(try ids.takeNonces())
            #expect(firsts.insert(range.first).inserted)
        }
        for _ in 0..<3 {
            let ids = try open(
                ConnectionIDOptions(key: key(7), configurationID: ConfigurationID(rawValue: 4)!))
            #expect(ids.current.id.rawValue == 4)
            #expect(ids.next == nil)
            try take(ids)
            #expect(throws: StartupFailure.self) { try ids.rotate(to: nil) }
            #expect(throws: StartupFailure.self) { try ids.rotate(to: key(7)) }
            try ids.rotate(to: key(8))
            #expect(ids.current.id.rawValue == 5)
        }
    }

    @Test func oneSupervisorHoldsTheDirectory() throws {
        let first = try open()
        #expect(throws: StartupFailure.self) { try open() }
        _ = first.current
    }

    @Test func aFileThatIsNotOursIsRefused() throws {
        _ = try open()
        let good = try File.contents(of: path)
        #expect(ConnectionIDRecord(decoding: good)?.encoded() == good)
        for octets in [[], Array("{}".utf8), Array("[1".utf8), Array(good.prefix(good.count / 2))] {
            try File.replace(path, with: octets, mode: 0o600)
            #expect(throws: StartupFailure.self) { try open() }
        }
        try File.replace(path, with: good, mode: 0o644)
        #expect(throws: StartupFailure.self) { try open() }
        try File.replace(path, with: good, mode: 0o600)
        _ = try open()
    }

    @Test func lengthsFollowFromPresetAndHostID() throws {
        func length(_ preset: ConnectionIDOptions.Preset, _ host: Int, _ length: Int? = nil) throws -> Int {
            let options = ConnectionIDOptions(preset: preset, length: length)
            let layout = try ConnectionIDLayout(options, host: HostID([UInt8](repeating: 1, count: host))!)
            let key = preset == .keyed ? self.key(1) : nil
            return layout.configuration(id: options.configurationID, key: key).connectionIDLength
        }
        #expect(try length(.keyed, 1) == 17)
        #expect(try length(.keyed, 11) == 17)
        #expect(try length(.keyed, 14) == 20)
        #expect(try length(.plaintext, 1, 8) == 8)
        #expect(try length(.awsNLB, 8) == 16)
        #expect(try length(.awsNLB, 8, 20) == 20)
        for (preset, host, wanted) in [
            (ConnectionIDOptions.Preset.keyed, 1, 7), (.keyed, 1, 21), (.keyed, 14, 19), (.awsNLB, 7, nil),
            (.awsNLB, 8, 13),
        ] {
            #expect(throws: StartupFailure.self) { try length(preset, host, wanted) }
        }
    }
}
