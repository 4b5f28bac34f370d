import Control
import Linux
import QUICLB
import Testing

@Suite struct MessageTests {
    @Test func messagesSurviveTheRoundTrip() throws {
        for message in Fixtures.supervisorMessages {
            #expect(try SupervisorMessage(decoding: message.encoded()) == message)
        }
        for message in Fixtures.workerMessages {
            #expect(try WorkerMessage(decoding: message.encoded()) == message)
        }
    }

    @Test func aScopedAddressKeepsItsScope() throws {
        let address = SocketAddress(
            octets: [0xfe, 0x80] + Array(repeating: 0, count: 14), port: 9, scopeID: 4)!
        let message = WorkerMessage.bound(addressIndex: 0, address)
        #expect(try WorkerMessage(decoding: message.encoded()) == message)
    }

    @Test func everyTruncationIsAnError() {
        for message in Fixtures.supervisorMessages {
            let bytes = message.encoded()
            for count in 0..<bytes.count {
                #expect(throws: MalformedMessage.truncated) {
                    try SupervisorMessage(decoding: Array(bytes.prefix(count)))
                }
            }
        }
        for message in Fixtures.workerMessages {
            let bytes = message.encoded()
            for count in 0..<bytes.count {
                #expect(throws: MalformedMessage.truncated) {
                    try WorkerMessage(decoding: Array(bytes.prefix(count)))
                }
            }
        }
    }

    @Test func octetsAfterAMessageAreAnError() {
        #expect(throws: MalformedMessage.excess(count: 1)) {
            try WorkerMessage(decoding: WorkerMessage.ready.encoded() + [0])
        }
    }

    @Test func otherVersionsAndKindsAreErrors() {
        #expect(throws: MalformedMessage.unknownVersion(9)) { try WorkerMessage(decoding: [9, 2]) }
        #expect(throws: MalformedMessage.unknownKind(200)) { try WorkerMessage(decoding: [1, 200]) }
        #expect(throws: MalformedMessage.unknownKind(200)) { try SupervisorMessage(decoding: [1, 200]) }
    }

    /// Mutated messages decode or throw; whatever decodes encodes to the same octets, as the form is
    /// canonical but for a failure's empty remedy.
    @Test func mutatedMessagesNeverTrap() {
        var generator = SplitMix64(state: 1)
        let messages =
            Fixtures.supervisorMessages.map { $0.encoded() } + Fixtures.workerMessages.map { $0.encoded() }
        for message in messages {
            for _ in 0..<5_000 {
                var bytes = message
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    // Most mutations hit the front, where lengths and kinds are.
                    let range = Bool.random(using: &generator) ? min(bytes.count, 48) : bytes.count
                    bytes[Int.random(in: 0..<range, using: &generator)] = .random(
                        in: 0...255, using: &generator)
                }
                if let decoded = try? SupervisorMessage(decoding: bytes) {
                    #expect(decoded.encoded() == bytes)
                }
                if let decoded = try? WorkerMessage(decoding: bytes) { #expect(decoded.encoded() == bytes) }
            }
        }
    }

    @Test func randomOctetsNeverTrap() {
        var generator = SplitMix64(state: 2)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...64, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try? SupervisorMessage(decoding: [1, 1] + bytes)
            _ = try? WorkerMessage(decoding: [1, 3] + bytes)
        }
    }
}

/// A generator that gives every run the same numbers.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
