import TestSupport
import Testing

@testable import Transport

struct FrameWalkerTests {
    private static func types(of payload: [UInt8]) -> [UInt8] {
        payload.withUnsafeBytes { octets in
            var walker = FrameWalker(octets)
            var types: [UInt8] = []
            var end = 0
            while let frame = walker.next() {
                #expect(frame.range.lowerBound == end)
                #expect(frame.range.upperBound <= payload.count)
                end = frame.range.upperBound
                types.append(frame.type)
            }
            return types
        }
    }

    /// One of each (RFC 9000 §19, RFC 9221 §4), with integers of several lengths.
    static let frames: [[UInt8]] = [
        [0x00], [0x01], [0x1e],
        [0x02, 0x09, 0x00, 0x00, 0x01],
        [0x02, 0x40, 0x80, 0x80, 0, 0, 1, 0x02, 0x01, 0x00, 0x01, 0x02, 0x03],
        [0x03, 0x09, 0x00, 0x01, 0x01, 0x00, 0x00, 0x01, 0x40, 0x02, 0x03],
        [0x04, 0x00, 0x01, 0x44, 0x00], [0x05, 0x00, 0x07],
        [0x06, 0x00, 0x02, 0xaa, 0xbb], [0x07, 0x03, 1, 2, 3],
        [0x0a, 0x04, 0x02, 0xaa, 0xbb], [0x0b, 0x04, 0x00], [0x0e, 0x04, 0x40, 0x40, 0x01, 0xaa],
        [0x10, 0x01], [0x11, 0x00, 0x01], [0x12, 0x01], [0x13, 0x01], [0x14, 0x01], [0x15, 0x00, 0x01],
        [0x16, 0x01], [0x17, 0x01],
        [0x18, 0x02, 0x00, 0x04, 1, 2, 3, 4] + [UInt8](repeating: 9, count: 16),
        [0x19, 0x41, 0x00], [0x1a] + [UInt8](repeating: 7, count: 8),
        [0x1b] + [UInt8](repeating: 7, count: 8),
        [0x1c, 0x0a, 0x02, 0x02, 0x68, 0x69], [0x1d, 0x0a, 0x00], [0x31, 0x02, 0xaa, 0xbb],
    ]

    @Test("knows the length of every frame")
    func length() {
        let payload = Self.frames.flatMap { $0 }
        #expect(Self.types(of: payload) == Self.frames.map { $0[0] })
    }

    @Test("a frame that is cut short is none", arguments: frames)
    func cutShort(frame: [UInt8]) {
        for count in 1..<frame.count {
            #expect(Self.types(of: [0x01] + frame[..<count]) == [0x01], "\(count) octets")
        }
    }

    @Test("what has no length goes on to the end", arguments: [[0x08, 0x04], [0x0c, 0x04, 0x01], [0x30]])
    func withoutLength(frame: [UInt8]) {
        #expect(Self.types(of: frame) == [frame[0]])
        #expect(Self.types(of: frame + [0x19, 0x19, 0x19]) == [frame[0]])
    }

    @Test(
        "ends at what it does not know", arguments: [[0x1f], [0x20], [0x2f], [0x32], [0x40, 0x01], [0xff]])
    func unknown(frame: [UInt8]) {
        #expect(Self.types(of: [0x01] + frame + [0x01]) == [0x01])
    }

    @Test("tells sequence numbers")
    func sequence() {
        let payload: [UInt8] = [0x19, 0x41, 0x00]
        payload.withUnsafeBytes { octets in
            var walker = FrameWalker(octets)
            #expect(walker.next()?.firstField == 256)
        }
    }

    @Test("counts that promise too much are harmless")
    func absurdCounts() {
        let most: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        #expect(Self.types(of: [0x02, 0x00, 0x00] + most + [0x00, 0x00]) == [])
        #expect(Self.types(of: [0x07] + most + [0x00, 0x00]) == [])
        #expect(Self.types(of: [0x06, 0x00] + most) == [])
    }

    @Test("any octets are walked within their bounds")
    func anyOctets() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<20_000 {
            // Many small ones, which are types and lengths. A read out of bounds traps.
            let octets = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...(Bool.random(using: &random) ? 0x31 : 255), using: &random)
            }
            octets.withUnsafeBytes { octets in
                var walker = FrameWalker(octets)
                while walker.next() != nil {}
            }
        }
    }
}
