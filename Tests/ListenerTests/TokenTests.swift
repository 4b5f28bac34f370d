import CLinux
import Control
import EventLoop
import Linux
import QUICLB
import TestSupport
import Testing
import Transport

@testable import Listener

/// Tokens that prove a client's address (RFC 9000 §8.1).
@Suite struct TokenTests {
    private let keys = [UInt8(1), 2].map {
        TokenKey(id: $0, octets: [UInt8](repeating: $0, count: TokenKey.length))
    }
    private let address = SocketAddress("192.0.2.1:1000")!.storage
    private let source = ConnectionID([UInt8](1...17))!
    private let original = ConnectionID([UInt8](repeating: 9, count: 8))!
    private let now = WallTime(milliseconds: 1_000_000)

    private func retryToken(_ sealer: TokenSealer, original: ConnectionID? = nil) -> [UInt8] {
        octets {
            sealer.writeRetryToken(
                for: address, originalDestination: original ?? self.original, source: source, at: now, to: $0)
        }
    }

    private func newToken(_ sealer: TokenSealer) -> [UInt8] {
        octets { sealer.writeNewToken(for: address, at: now, to: $0) }
    }

    private func octets(_ write: (UnsafeMutableRawBufferPointer) -> Int) -> [UInt8] {
        var token = [UInt8](repeating: 0, count: AddressToken.maximumLength)
        let count = token.withUnsafeMutableBytes { write($0) }
        return Array(token[..<count])
    }

    private func open(
        _ token: [UInt8], _ sealer: TokenSealer, from text: String? = nil, destination: ConnectionID? = nil
    ) -> AddressToken.Contents? {
        let address = text.map { SocketAddress($0)!.storage } ?? address
        return token.withUnsafeBytes { sealer.open($0, from: address, destination: destination ?? source) }
    }

    @Test func anyWorkerOpensWhatAnotherSealed() throws {
        let other = TokenSealer(keys: keys, random: 2)
        for original in [original, ConnectionID([UInt8](repeating: 3, count: 20))!] {
            let token = retryToken(TokenSealer(keys: keys, random: 1), original: original)
            let contents = try #require(open(token, other))
            #expect(contents.kind == .retry)
            #expect(contents.issued == now.milliseconds)
            #expect(contents.originalDestination == original)
        }
        #expect(open(newToken(TokenSealer(keys: keys, random: 1)), other)?.kind == .newToken)
    }

    @Test func aTokenIsBoundToWhereItCameFrom() {
        let sealer = TokenSealer(keys: keys, random: 1)
        let (retry, new) = (retryToken(sealer), newToken(sealer))
        #expect(open(retry, sealer, from: "192.0.2.1:1001") == nil)
        #expect(open(retry, sealer, from: "192.0.2.2:1000") == nil)
        #expect(open(retry, sealer, destination: original) == nil)
        #expect(open(new, sealer, from: "192.0.2.1:1001", destination: original) != nil)
        #expect(open(new, sealer, from: "192.0.2.2:1000") == nil)
        #expect(open(new, sealer, from: "[c000:201::]:1000") == nil)
    }

    @Test func keysOverlap() {
        let sealer = TokenSealer(keys: [keys[0]], random: 1)
        let token = retryToken(sealer)
        sealer.setKeys([keys[1], keys[0]])
        #expect(open(token, sealer) != nil)
        #expect(retryToken(sealer)[1] == keys[1].id)
        sealer.setKeys([keys[1]])
        #expect(open(token, sealer) == nil)
    }

    @Test func everyOctetIsAuthenticated() {
        let sealer = TokenSealer(keys: keys, random: 1)
        for token in [retryToken(sealer), newToken(sealer)] {
            for index in token.indices {
                var damaged = token
                damaged[index] ^= 1
                #expect(open(damaged, sealer) == nil)
                #expect(open(Array(token[..<index]), sealer) == nil)
            }
            #expect(open(token + [0], sealer) == nil)
        }
    }

    @Test func noncesDoNotRepeat() {
        let sealer = TokenSealer(keys: keys, random: .max)
        let nonces = (0..<1000).compactMap { _ in open(retryToken(sealer), sealer)?.nonce }
        #expect(Set(nonces).count == 1000)
    }

    // MARK: What they prove

    private func verdict(
        _ proof: AddressProof, _ token: [UInt8], isOurs: Bool = true, after seconds: UInt64 = 1
    ) -> String {
        let now = WallTime(milliseconds: now.milliseconds + 1000 * seconds)
        return token.withUnsafeBytes { token in
            switch proof.verdict(on: token, from: address, destination: source, isOurs: isOurs, at: now) {
            case .valid(let token, _): token.originalDestination == nil ? "new" : "retry"
            case .none: "none"
            case .invalid: "invalid"
            case .used: "used"
            }
        }
    }

    @Test func agesAndReplaysAreTold() throws {
        var options = AddressValidationOptions()
        options.retryTokenLifetime = .seconds(5)
        options.newTokenLifetime = .seconds(60)
        let sealer = TokenSealer(keys: keys, random: 1)
        var proof = AddressProof(options, sealer: sealer)
        let (retry, new) = (retryToken(sealer), newToken(sealer))
        #expect(verdict(proof, []) == "none")
        #expect(verdict(proof, retry, after: 5) == "retry")
        #expect(verdict(proof, retry, after: 6) == "invalid")
        #expect(verdict(proof, new, after: 60) == "new")
        #expect(verdict(proof, new, after: 61) == "none")
        // RFC 9000 §8.1.3: as if there were none.
        #expect(verdict(proof, Array("another server's".utf8)) == "none")
        var damaged = retry
        damaged[20] ^= 1
        #expect(verdict(proof, damaged) == "invalid")
        // By its destination it is no answer to a Retry.
        #expect(verdict(proof, damaged, isOurs: false) == "none")

        use(retry, of: sealer, in: &proof)
        use(new, of: sealer, in: &proof)
        #expect(verdict(proof, retry) == "used")
        #expect(verdict(proof, new) == "none")
    }

    /// What is taken for used by mistake would be dropped in silence, each time the client sends it again.
    @Test func noTokenOfARetryIsTakenForAnother() {
        let sealer = TokenSealer(keys: keys, random: 1)
        var proof = AddressProof(AddressValidationOptions(), sealer: sealer)
        for _ in 0..<30_000 {
            use(retryToken(sealer), of: sealer, in: &proof)
            use(newToken(sealer), of: sealer, in: &proof)
        }
        let mistaken = (0..<30_000).count { _ in verdict(proof, retryToken(sealer)) != "retry" }
        #expect(mistaken == 0)
    }

    private func use(_ token: [UInt8], of sealer: TokenSealer, in proof: inout AddressProof) {
        guard let contents = open(token, sealer) else {
            Issue.record("it is no token of ours")
            return
        }
        token.withUnsafeBytes { octets in
            let original = contents.kind == .retry ? contents.originalDestination : nil
            proof.use(
                FirstPacket.Token(octets: octets, originalDestination: original), contents.nonce,
                at: Instant(nanoseconds: 1))
        }
    }

    private func nonce(_ number: UInt64) -> TokenNonce { TokenNonce(prefix: 77, number: number) }

    @Test func aRetryTokenIsRememberedForItsLifetime() {
        var used = UsedRetryTokens()
        func insert(_ number: UInt64, atSecond second: UInt64) {
            used.insert(
                nonce(number), at: Instant(nanoseconds: second * 1_000_000_000), lifetime: .seconds(10))
        }
        for second: UInt64 in 100..<300 {
            insert(second, atSecond: second)
            #expect((max(100, second - 10)...second).allSatisfy { used.contains(nonce($0)) })
            #expect(used.count <= 20)
        }
        #expect(!used.contains(nonce(279)))
        for number in 0..<UInt64(3 * UsedRetryTokens.capacity) { insert(1000 + number, atSecond: 300) }
        #expect(used.count <= 2 * UsedRetryTokens.capacity)
    }

    /// At its worst, when a generation is about to end.
    @Test func theFilterForgetsTheOldestOnlyAndSeldomErrs() {
        var filter = ReplayFilter()
        let capacity = UInt64(ReplayFilter.capacity)
        for number in 0..<4 * capacity { filter.insert(nonce(number)) }
        #expect((2 * capacity..<4 * capacity).allSatisfy { filter.contains(nonce($0)) })
        #expect((0..<2 * capacity).count { filter.contains(nonce($0)) } < 2 * capacity / 1000)
        let unused = 4 * capacity..<12 * capacity
        #expect(unused.count { filter.contains(nonce($0)) } < unused.count * 4 / 10_000)
    }
}
