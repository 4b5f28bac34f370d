import Placement
import QUICLB
import Testing

/// The expected values are CPython's, whose hash of `bytes` is SipHash-1-3: of the DCID's words in
/// little-endian order with its length in the low octet of the last one, under PYTHONHASHSEED 0 and 42.
@Suite("Placement hash")
struct PlacementHashTests {
    static let vectors: [(dcid: String, zeroKey: UInt64, otherKey: UInt64)] = [
        ("", 0xf900_3207_cf9e_4d4c, 0x5129_176d_ec11_05d1),
        ("0011223344556677", 0x8c3b_48bf_b5b4_56d6, 0x2462_72ad_ed85_8af8),
        ("8394c8f03e515708", 0x8bed_5612_f803_ab41, 0xbf38_f45b_822e_deb7),
        ("00112233445566778899aabb", 0x0221_2690_c101_f720, 0x6c52_7ca2_4133_e02b),
        ("000102030405060708090a0b0c0d0e0f10111213", 0x09d5_2f7a_fcf9_47a1, 0xdc9e_495d_723d_7835),
    ]

    @Test("is SipHash-1-3", arguments: vectors)
    func vector(dcid: String, zeroKey: UInt64, otherKey: UInt64) throws {
        let octets = try #require(Hexadecimal.decode(dcid))
        let id = try #require(ConnectionID(octets))
        #expect(PlacementHash(key: (0, 0))(id) == zeroKey)
        #expect(PlacementHash(key: (0xdc50_4fd3_68cd_90af, 0xb920_bb9f_fe99_e9c1))(id) == otherKey)
    }

    @Test("trailing zeros and the length count")
    func length() {
        let hash = PlacementHash(key: (1, 2))
        #expect(Set((0...20).map { hash(ConnectionID([UInt8](repeating: 0, count: $0))!) }).count == 21)
    }
}
