import Control
import Listener
import QUICLB
import TestSupport
import Testing

@Suite struct ConnectionIDIssuerTests {
    private let slot = Slot(rawValue: 9)
    private var random = SplitMix64(seed: 1)

    private func configuration(
        key: Configuration.Key? = Configuration.Key([UInt8](0..<16)), nonceLength: Int = 14,
        firstOctet: Configuration.FirstOctet = .encodesLength
    ) throws -> Configuration {
        try Configuration(
            id: ConfigurationID(rawValue: 2)!, key: key, serverIDLength: 2, nonceLength: nonceLength,
            firstOctet: firstOctet)
    }

    private func issuer(_ configuration: Configuration, nonces: NonceRange) throws -> ConnectionIDIssuer {
        let codec = try PoolCodec(configuration: configuration, host: HostID([0x5a])!)
        return ConnectionIDIssuer(
            slot: slot, codec: codec,
            unroutableCodec: PoolCodec(unroutableOf: max(8, codec.connectionIDLength)),
            nonces: nonces)
    }

    private func nonce(of id: ConnectionID, _ configuration: Configuration) throws -> UInt128 {
        let decoded = try configuration.decode(id).get()
        #expect(decoded.serverID == ServerID(host: HostID([0x5a])!, slot: slot))
        return decoded.nonce.withUnsafeBytes { $0.reduce(0) { $0 << 8 | UInt128($1) } }
    }

    @Test("nonces under a key are those of the range, in order, each once")
    mutating func order() throws {
        let configuration = try configuration()
        var issuer = try issuer(configuration, nonces: NonceRange(first: 1000, count: 5))
        let nonces = try (0..<5).map { _ in try nonce(of: issuer.next(using: &random), configuration) }
        #expect(nonces == [1000, 1001, 1002, 1003, 1004])
    }

    @Test("a range wraps at the nonce's length", arguments: [4, 14, 17])
    mutating func wrap(nonceLength: Int) throws {
        let configuration = try configuration(nonceLength: nonceLength)
        let limit: UInt128 = nonceLength >= 16 ? .max : 1 << UInt128(8 * nonceLength) - 1
        var issuer = try issuer(configuration, nonces: NonceRange(first: limit, count: 3))
        let nonces = try (0..<3).map { _ in try nonce(of: issuer.next(using: &random), configuration) }
        #expect(nonces == [limit, 0, 1])
    }

    @Test("more nonces are asked for once a range, when half of it is used")
    mutating func asks() throws {
        var issuer = try issuer(configuration(), nonces: NonceRange(first: 0, count: 4))
        func asked(after count: Int) -> [Bool] {
            (0..<count).map { _ in
                _ = issuer.next(using: &random)
                return issuer.asksForNonces()
            }
        }
        #expect(asked(after: 4) == [false, true, false, false])
        issuer.add(NonceRange(first: 100, count: 6))
        #expect(asked(after: 8) == [false, false, true, false, false, false, false, false])
    }

    @Test("what is left of a range is used before the next one")
    mutating func rest() throws {
        let configuration = try configuration()
        var issuer = try issuer(configuration, nonces: NonceRange(first: 7, count: 2))
        issuer.add(NonceRange(first: 50, count: 1))
        let nonces = try (0..<3).map { _ in try nonce(of: issuer.next(using: &random), configuration) }
        #expect(nonces == [7, 8, 50])
    }

    @Test("without nonces IDs are unroutable until some come (draft-ietf-quic-load-balancers-21 §3.1)")
    mutating func exhausted() throws {
        let configuration = try configuration()
        var issuer = try issuer(configuration, nonces: .empty)
        let unroutable = issuer.next(using: &random)
        let (asks, other) = (issuer.asksForNonces(), issuer.next(using: &random))
        #expect(asks)
        #expect(unroutable.codepoint == ConfigurationID.unroutable)
        #expect(unroutable.count == configuration.connectionIDLength)
        #expect(PoolCodec(unroutableOf: unroutable.count).slot(of: unroutable) == slot)
        #expect(other != unroutable)
        issuer.add(NonceRange(first: 3, count: 1))
        let last = [issuer.next(using: &random), issuer.next(using: &random)]
        #expect(try nonce(of: last[0], configuration) == 3)
        #expect(last[1].codepoint == ConfigurationID.unroutable)
    }

    @Test("without a key nonces are random, and no range is needed")
    mutating func plaintext() throws {
        let configuration = try configuration(key: nil)
        var issuer = try issuer(configuration, nonces: .empty)
        let nonces = try (0..<100).map { _ in try nonce(of: issuer.next(using: &random), configuration) }
        #expect(Set(nonces).count == 100)
        let asks = issuer.asksForNonces()
        #expect(!asks)
    }

    @Test("the low bits of the first octet are random where the configuration says so")
    mutating func firstOctet() throws {
        var issuer = try issuer(
            configuration(firstOctet: .random), nonces: NonceRange(first: 0, count: 1000))
        let octets = (0..<200).map { _ in issuer.next(using: &random).withUnsafeBytes { $0[0] } }
        #expect(octets.allSatisfy { $0 >> 5 == 2 })
        #expect(Set(octets).count > 16)
    }
}
