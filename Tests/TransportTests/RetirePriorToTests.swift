import Testing

@testable import Transport

struct RetirePriorToTests {
    private static func frame(_ sequence: [UInt8], retirePriorTo: [UInt8] = [0]) -> [UInt8] {
        [0x18] + sequence + retirePriorTo + [0x03, 1, 2, 3] + [UInt8](repeating: 9, count: 16)
    }

    private static let stream: [UInt8] = [0x0a, 0x04, 0x02, 0xaa, 0xbb]

    /// What `payload` becomes, with `room` octets behind it; nil where that was not enough.
    private static func written(_ threshold: UInt64, to payload: [UInt8], room: Int) -> [UInt8]? {
        var buffer = payload + [UInt8](repeating: 0xee, count: room + 8)
        let count = buffer.withUnsafeMutableBytes { octets in
            RetirePriorTo(threshold: threshold).write(
                to: UnsafeMutableRawBufferPointer(rebasing: octets.dropLast(8)), count: payload.count)
        }
        #expect(buffer.suffix(8).allSatisfy { $0 == 0xee })
        return count.map { Array(buffer[..<$0]) }
    }

    @Test("a small one is written in place")
    func inPlace() {
        let payload = Self.stream + Self.frame([7]) + Self.stream
        let expected = Self.stream + Self.frame([7], retirePriorTo: [5]) + Self.stream
        #expect(Self.written(5, to: payload, room: 0) == expected)
        // A frame that has it already stays as it is.
        #expect(Self.written(5, to: expected, room: 0) == expected)
    }

    @Test("a large one moves what follows")
    func growth() {
        let payload = Self.frame([0x40, 0x47]) + Self.stream + Self.frame([0x40, 0x48]) + Self.stream
        let expected =
            Self.frame([0x40, 0x47], retirePriorTo: [0x40, 0x46]) + Self.stream
            + Self.frame([0x40, 0x48], retirePriorTo: [0x40, 0x46]) + Self.stream
        #expect(Self.written(70, to: payload, room: 8) == expected)
        #expect(Self.written(70, to: payload, room: 2) == expected)
        #expect(Self.written(70, to: payload, room: 1) == nil)
    }

    @Test("lengths of RFC 9000 §16")
    func lengths() {
        let last: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        for (threshold, octets) in [
            (63, [63]), (64, [0x40, 64]), (16383, [0x7f, 0xff]), (16384, [0x80, 0, 0x40, 0]),
            (1 << 30, [0xc0, 0, 0, 0, 0x40, 0, 0, 0]),
        ] as [(UInt64, [UInt8])] {
            let expected = Self.frame(last, retirePriorTo: octets)
            #expect(Self.written(threshold, to: Self.frame(last), room: 8) == expected)
            #expect(RetirePriorTo(threshold: threshold).largestGrowth == 8 * (octets.count - 1))
        }
    }

    /// RFC 9000 §19.15: it must not be above the frame's own sequence number.
    @Test("an old ID that is sent again retires those before it")
    func oldOne() {
        #expect(Self.written(5, to: Self.frame([3]), room: 0) == Self.frame([3], retirePriorTo: [3]))
    }

    @Test("other frames stay as they are")
    func others() {
        let payload = FrameWalkerTests.frames.filter { $0[0] != 0x18 }.flatMap { $0 }
        #expect(Self.written(70, to: payload, room: 8) == payload)
        #expect(Self.written(70, to: [], room: 8) == [])
    }
}
