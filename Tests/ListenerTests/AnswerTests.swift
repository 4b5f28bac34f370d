import EventLoop
import QUICLB
import Testing

@testable import Listener

struct VersionNegotiationTests {
    @Test("it turns the IDs round and lists version 1 (RFC 8999 §6)", arguments: [0, 8, 20, 255])
    func layout(length: Int) throws {
        let destination = [UInt8](repeating: 7, count: length)
        let request: [UInt8] = [0xff, 0xba, 0xba, 0xba, 0xba, UInt8(length)] + destination + [2, 0xa, 0xb]
        try request.withUnsafeBytes { octets in
            let answer = VersionNegotiation(answering: try #require(LongHeader(octets)), random: .max)
            var packet = [UInt8](repeating: 0, count: answer.count)
            packet.withUnsafeMutableBytes { answer.write(to: $0) }
            try packet.withUnsafeBytes { written in
                let header = try #require(LongHeader(written))
                #expect(header.version == 0)
                #expect(Array(header.destination) == [0xa, 0xb])
                #expect(Array(header.source) == destination)
            }
            let versions = Array(packet.suffix(8))
            #expect(Array(versions.prefix(4)) == [0, 0, 0, 1])
            // RFC 9000 §15: a reserved version is 0x?a?a?a?a.
            #expect(versions.suffix(4).allSatisfy { $0 & 0x0f == 0x0a })
        }
    }
}

struct StatelessResetTests {
    @Test("the token is a function of secret and connection ID")
    func token() throws {
        let id = try #require(ConnectionID([1, 2, 3, 4, 5, 6, 7, 8]))
        let other = try #require(ConnectionID([1, 2, 3, 4, 5, 6, 7, 9]))
        let secret = [UInt8](repeating: 1, count: 32)
        #expect(token(secret, id) == token(secret, id))
        #expect(token(secret, id) != token(secret, other))
        #expect(token(secret, id) != token([UInt8](repeating: 2, count: 32), id))
    }

    @Test("the answer is always shorter than its trigger (RFC 9000 §10.3.3)")
    func length() {
        for trigger in 0...1500 {
            guard let length = StatelessReset.length(forTrigger: trigger) else {
                #expect(trigger <= StatelessReset.minimumLength)
                continue
            }
            #expect(length < trigger)
            #expect(length >= StatelessReset.minimumLength)
            #expect(length <= StatelessReset.maximumLength)
        }
    }

    @Test("two servers that answer each other's resets come to an end (RFC 9000 §10.3.3)")
    func loop() {
        var length = 1500
        var exchanged = 0
        while let answer = StatelessReset.length(forTrigger: length) {
            length = answer
            exchanged += 1
        }
        #expect(exchanged == 1 + StatelessReset.maximumLength - StatelessReset.minimumLength)
    }

    private func token(_ secret: [UInt8], _ id: ConnectionID) -> [UInt8] {
        var token = [UInt8](repeating: 0, count: StatelessReset.tokenLength)
        token.withUnsafeMutableBytes { StatelessReset(secret: secret).writeToken(of: id, to: $0) }
        return token
    }
}

struct RateLimitTests {
    @Test("as many as a second's worth at once, then one at each interval")
    func bucket() {
        var limit = RateLimit(perSecond: 100)
        let start = Instant(nanoseconds: 5_000_000_000)
        let burst = (0..<1000).count { _ in limit.allows(at: start) }
        #expect(burst == 100)
        let answers = [9, 10, 10].map { limit.allows(at: start + .milliseconds($0)) }
        #expect(answers == [false, true, false])
        let later = (0..<1000).count { _ in limit.allows(at: start + .seconds(60)) }
        #expect(later == 100)
    }
}
