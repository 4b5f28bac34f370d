import QUICLB
import Testing

/// RFC 8999 §5, RFC 9000 §17.
struct PacketHeaderTests {
    @Test("a short header has a destination ID of the length that the server issues")
    func short() throws {
        let packet = [0x40] + Array<UInt8>(1...17) + [0xff]
        let header = parse(packet)
        guard case .short(let destination) = header else {
            Issue.record("\(String(describing: header))")
            return
        }
        #expect(destination == ConnectionID(1...17))
    }

    @Test("a long header has version and both IDs")
    func long() throws {
        let packet: [UInt8] = [0xc3, 0, 0, 0, 1, 3, 0xa, 0xb, 0xc, 2, 0xd, 0xe, 0x99]
        try packet.withUnsafeBytes { octets in
            let header = try #require(LongHeader(octets))
            #expect(header.version == 1)
            #expect(Array(header.destination) == [0xa, 0xb, 0xc])
            #expect(Array(header.source) == [0xd, 0xe])
            #expect(header.isInitial)
        }
    }

    @Test("IDs of other versions may have 255 octets")
    func longIDs() throws {
        let destination = [UInt8](repeating: 1, count: 255)
        let source = [UInt8](repeating: 2, count: 255)
        let packet: [UInt8] = [0xff, 0xfa, 0xce, 0xb0, 0x0c, 255] + destination + [255] + source
        try packet.withUnsafeBytes { octets in
            let header = try #require(LongHeader(octets))
            #expect(Array(header.destination) == destination)
            #expect(Array(header.source) == source)
        }
    }

    @Test("every shorter beginning of a header is refused")
    func truncated() {
        let long: [UInt8] = [0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 4, 1, 2, 3, 4]
        for count in 0..<long.count { #expect(parse(Array(long.prefix(count))) == nil, "\(count) octets") }
        #expect(parse(long) != nil)
        let short = [UInt8](repeating: 0x41, count: 18)
        for count in 0..<short.count { #expect(parse(Array(short.prefix(count))) == nil, "\(count) octets") }
        #expect(parse(short) != nil)
    }

    @Test("types other than Initial are told apart", arguments: [0xd0, 0xe0, 0xf0, 0x80] as [UInt8])
    func otherTypes(first: UInt8) {
        let isInitial = ([first, 0, 0, 0, 1, 0, 0] as [UInt8]).withUnsafeBytes { LongHeader($0)?.isInitial }
        #expect(isInitial == false)
    }

    private func parse(_ packet: [UInt8]) -> PacketHeader? {
        packet.withUnsafeBytes { PacketHeader($0, shortLength: 17) }
    }
}
