import Control
import Linux
import TestSupport
import Testing

@testable import Supervisor

/// The secrets of a pool over restarts and rotations, in a state directory of each test's own.
@Suite struct PoolKeysTests {
    private let directory = try! TemporaryDirectory()
    private var path: String { directory.path("secrets.json") }
    private let start: UInt64 = 1_700_000_000

    private func open(after seconds: UInt64 = 0, resetSecret: [UInt8]? = nil) throws -> PoolKeys {
        try PoolKeys(
            StateDirectory(directory.path("")), resetSecret: resetSecret, lifetime: .seconds(100),
            at: time(seconds))
    }

    private func time(_ seconds: UInt64) -> WallTime { WallTime(milliseconds: (start + seconds) * 1000) }

    @Test func secretsOutliveTheSupervisor() throws {
        let first = try open().secrets
        #expect(first.resetSecret.count == PoolSecrets.resetSecretLength)
        #expect(first.ticketKeys.count == 1 && first.tokenKeys.count == 1)
        #expect(try open(after: 99).secrets == first)
    }

    @Test func keysOverlap() throws {
        let keys = try open()
        let first = keys.secrets
        #expect(keys.timeLeft(at: time(30)) == .seconds(70))
        try keys.rotate(at: time(100))
        let second = keys.secrets
        #expect(second.resetSecret == first.resetSecret)
        #expect(second.ticketKeys.count == 2 && second.ticketKeys[1] == first.ticketKeys[0])
        #expect(second.tokenKeys.map(\.id) == [1, 0] && second.tokenKeys[1] == first.tokenKeys[0])
        try keys.rotate(at: time(200))
        #expect(keys.secrets.tokenKeys.map(\.id) == [2, 1])
        #expect(!keys.secrets.ticketKeys.contains(first.ticketKeys[0]))
    }

    @Test func aRotationThatIsDueIsMadeAtTheStart() throws {
        let first = try open().secrets
        let later = try open(after: 100)
        #expect(later.secrets.ticketKeys.dropFirst() == first.ticketKeys[...])
        #expect(later.timeLeft(at: time(100)) == .seconds(100))
        // A clock that was set back makes nothing due.
        #expect(later.timeLeft(at: time(0)) == .seconds(100))
    }

    @Test func theOperatorsResetSecretIsUsedAndNotKept() throws {
        let own = try open().secrets.resetSecret
        let given = [UInt8](repeating: 9, count: PoolSecrets.resetSecretLength)
        #expect(try open(resetSecret: given).secrets.resetSecret == given)
        #expect(try open().secrets.resetSecret == own)
    }

    @Test func aFileThatIsNotOursIsRefused() throws {
        _ = try open()
        let good = try File.contents(of: path)
        #expect(SecretsRecord(decoding: good)?.encoded() == good)
        for octets in [[], Array("{}".utf8), Array("[1".utf8), Array(good.prefix(good.count / 2))] {
            try File.replace(path, with: octets, mode: 0o600)
            #expect(throws: StartupFailure.self) { try open() }
        }
        try File.replace(path, with: good, mode: 0o644)
        #expect(throws: StartupFailure.self) { try open() }
        try File.replace(path, with: good, mode: 0o600)
        _ = try open()
    }
}
