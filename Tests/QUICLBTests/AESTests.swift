import QUICLB
import Testing

@Suite("AES-128")
struct AESTests {
    /// FIPS 197 Appendix C.1.
    @Test("the standard's example")
    func example() {
        let aes = AES128(key: Array(0x00...0x0f))
        let plain: UInt128 = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff
        let cipher: UInt128 = 0x69c4_e0d8_6a7b_0430_d8cd_b780_70b4_c55a
        #expect(aes.encrypt(plain) == cipher)
        #expect(aes.decrypt(cipher) == plain)
    }

    /// FIPS 197 Appendix A.1.
    @Test("key expansion")
    func expansion() {
        let key: [UInt8] = [
            0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c,
        ]
        let keys = AES128(key: key).encryptionKeys
        #expect(keys.count == AES128.roundKeyCount)
        #expect(keys[4] == 0xa0fa_fe17)
        #expect(keys[43] == 0xb663_0ca6)
    }

    @Test("decryption undoes encryption")
    func inverse() {
        for _ in 0..<1_000 {
            let aes = AES128(key: (0..<16).map { _ in .random(in: 0...255) })
            let block = UInt128.random(in: 0 ... .max)
            #expect(aes.decrypt(aes.encrypt(block)) == block)
        }
    }
}
