import Testing

@testable import TLS

/// What a peer sends may fail a handshake and must do nothing else.
@Suite struct HostilePeerTests {
    let context: ServerContext

    init() throws {
        context = try ServerContext(CredentialsTests.certificate)
    }

    @Test func sampleIsAccepted() throws {
        let attempt = try attempt([(clientHelloSample, .initial)])
        #expect(attempt.failure == nil)
        #expect(attempt.delegate.events.contains(.transportParameters(hex("010480007530"))))
    }

    @Test func mutatedClientHello() throws {
        var random = SplitMix64(state: 0x5eed)
        var failures: [HandshakeFailure.Code: Int] = [:]
        for _ in 0..<4_000 {
            var hello = clientHelloSample
            for _ in 0...Int.random(in: 0...3, using: &random) { hello.mutate(using: &random) }
            let attempt = try attempt([(hello, .initial)])
            if let code = attempt.failure?.code { failures[code, default: 0] += 1 }
        }
        #expect(failures.count > 5, "the mutations reach many checks")
    }

    @Test func randomBytes() throws {
        var random = SplitMix64(state: 0xf00d)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 1...3_000, using: &random)).map { _ in UInt8(random.next() & 0xff)
            }
            _ = try attempt([(bytes, .initial)])
        }
    }

    @Test func randomBytesForFinished() throws {
        var random = SplitMix64(state: 0xfeed)
        for _ in 0..<300 {
            var bytes = (0..<Int.random(in: 1...200, using: &random)).map { _ in UInt8(random.next() & 0xff) }
            if Bool.random(using: &random) { bytes.replaceSubrange(0..<1, with: [20, 0, 0, 48]) }
            let attempt = try attempt([(clientHelloSample, .initial), (bytes, .handshake)])
            #expect(!attempt.handshake.isComplete)
        }
    }

    @Test func wrongFinished() throws {
        let finished = [20, 0, 0, 32] + [UInt8](repeating: 0, count: 32)
        let attempt = try attempt([(clientHelloSample, .initial), (finished, .handshake)])
        #expect(attempt.failure?.errorCode == 0x133)  // decrypt_error
    }

    // RFC 9001 §4.1.3
    @Test func dataAfterTheClientHello() throws {
        let attempt = try attempt([(clientHelloSample + [1, 0, 0, 0], .initial)])
        #expect(attempt.failure?.code == .alert(.unexpectedMessage))
    }

    // RFC 9001 §4.1.3
    @Test func dataAtAPastLevel() throws {
        let attempt = try attempt([(clientHelloSample, .initial), ([1], .initial)])
        #expect(attempt.failure?.code == .transport(.protocolViolation))
    }

    @Test(arguments: [EncryptionLevel.handshake, .application])
    func dataAtALevelWithoutKeys(level: EncryptionLevel) throws {
        let attempt = try attempt([(clientHelloSample, level)])
        #expect(attempt.failure != nil)
        #expect(attempt.delegate.events.isEmpty)
    }

    // RFC 9000 §7.5
    @Test func endlessClientHello() throws {
        let header: [UInt8] = [1, 1, 0xff, 0xff]
        let piece = [UInt8](repeating: 0, count: 1_000)
        let attempt = try attempt([(header, .initial)] + Array(repeating: (piece, .initial), count: 70))
        #expect(attempt.failure != nil)
        #expect(attempt.received <= OpenSSLHandshake.maximumDataPerLevel)
    }

    // The largest ClientHello that is allowed spans several records.
    @Test func clientHelloOfManyRecords() throws {
        let attempt = try attempt([(clientHelloSample.padded(to: 60_000), .initial)])
        #expect(attempt.failure == nil)
        #expect(attempt.delegate.events.contains(.askedForTransportParameters))
    }

    @Test func failureIsFinal() throws {
        let attempt = try attempt([([2, 0, 0, 0], .initial)])
        let first = try #require(attempt.failure)
        let second = #expect(throws: HandshakeFailure.self) {
            try attempt.handshake.receive(clientHelloSample, level: .initial)
        }
        #expect(second == first)
    }

    // Many handshakes of one thread share buffers; they must not mix.
    @Test func interleaved() throws {
        let delegates = (0..<8).map { _ in RecordingDelegate() }
        let handshakes = try delegates.map { try context.makeHandshake(delegate: $0) }
        for chunk in stride(from: 0, to: clientHelloSample.count, by: 50) {
            let part = Array(clientHelloSample[chunk...].prefix(50))
            for handshake in handshakes { try handshake.receive(part, level: .initial) }
        }
        for delegate in delegates {
            #expect(delegate.events.contains(.transportParameters(hex("010480007530"))))
        }
    }

    private struct Attempt {
        let delegate: RecordingDelegate
        let handshake: OpenSSLHandshake
        var failure: HandshakeFailure?
        var received = 0
    }

    private func attempt(_ input: [(bytes: [UInt8], level: EncryptionLevel)]) throws -> Attempt {
        let delegate = RecordingDelegate()
        var attempt = Attempt(delegate: delegate, handshake: try context.makeHandshake(delegate: delegate))
        for (bytes, level) in input {
            do throws(HandshakeFailure) {
                try attempt.handshake.receive(bytes, level: level)
                attempt.received += bytes.count
            } catch {
                attempt.failure = error
                break
            }
        }
        return attempt
    }
}

/// A small generator with a fixed seed, so that a failure repeats.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension [UInt8] {
    fileprivate mutating func mutate(using random: inout SplitMix64) {
        guard !isEmpty else { return }
        let index = Int.random(in: indices, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: self[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: self[index] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random)!
        case 2: removeSubrange(index..<Swift.min(count, index + Int.random(in: 1...40, using: &random)))
        case 3: insert(contentsOf: self[index...].prefix(Int.random(in: 1...40, using: &random)), at: index)
        default: removeLast(Int.random(in: 0...Swift.min(60, count), using: &random))
        }
    }

    /// The ClientHello with a padding extension (RFC 7685) that makes it `total` octets.
    fileprivate func padded(to total: Int) -> [UInt8] {
        var hello = self
        let padding = total - count - 4
        hello += [0, 21, UInt8(padding >> 8), UInt8(padding & 0xff)] + [UInt8](repeating: 0, count: padding)
        hello.addToLength(at: 1, 3, padding + 4)
        // type (1) ‖ length (3) ‖ version (2) ‖ random (32) ‖ session ID, suites, compression methods
        var position = 4 + 2 + 32
        position += 1 + Int(hello[position])
        position += 2 + Int(hello[position]) << 8 + Int(hello[position + 1])
        position += 1 + Int(hello[position])
        hello.addToLength(at: position, 2, padding + 4)
        return hello
    }

    private mutating func addToLength(at position: Int, _ width: Int, _ more: Int) {
        let range = position..<(position + width)
        let length = self[range].reduce(0) { $0 << 8 | Int($1) } + more
        for index in range { self[index] = UInt8(length >> (8 * (range.upperBound - 1 - index)) & 0xff) }
    }
}
