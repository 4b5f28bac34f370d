import QUICLB
import Testing

@Suite("Nonce")
struct NonceTests {
    @Test("4 to 18 octets", arguments: 0...24)
    func lengths(count: Int) {
        let octets = (0..<count).map { UInt8($0 + 1) }
        let nonce = Nonce(octets)
        #expect((nonce != nil) == (4...18).contains(count))
        if let nonce {
            #expect(nonce.count == count)
            #expect(nonce.withUnsafeBytes(Array.init) == octets)
        }
    }

    @Test("a counter is big-endian, its low octets")
    func counter() {
        let counter: UInt128 = 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10
        #expect(Nonce(counter: counter, count: 4).description == "0d0e0f10")
        #expect(Nonce(counter: counter, count: 9).description == "08090a0b0c0d0e0f10")
        #expect(Nonce(counter: counter, count: 16).description == "0102030405060708090a0b0c0d0e0f10")
        #expect(Nonce(counter: counter, count: 18).description == "00000102030405060708090a0b0c0d0e0f10")
        #expect(Nonce(counter: counter, count: 5) == Nonce([0x0c, 0x0d, 0x0e, 0x0f, 0x10]))
    }
}
