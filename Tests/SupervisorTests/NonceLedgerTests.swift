import Control
import QUICLB
import Testing

@testable import Supervisor

@Suite struct NonceLedgerTests {
    /// Takes a range as the pool does, writing down what is reserved.
    private func take(_ ledger: inout NonceLedger) -> NonceRange? {
        if ledger.needsReservation { ledger.reserve() }
        return ledger.take()
    }

    private func nonces(_ range: NonceRange, length: Int) -> [Nonce] {
        [0, range.count - 1].map { Nonce(counter: range.first &+ UInt128($0), count: length) }
    }

    @Test(arguments: [4, 5, 8, 14, 18])
    func rangesFollowEachOther(length: Int) throws {
        var ledger = NonceLedger(nonceLength: length, start: .max - 12_345)
        var last: UInt128?
        var seen: Set<Nonce> = []
        for _ in 0..<100 {
            let range = try #require(take(&ledger))
            #expect(UInt128(range.count) == ledger.rangeSize)
            let capacity: UInt128 = 1 << min(8 * length, 120)
            if let last { #expect(range.first == last & (capacity - 1)) }
            last = range.first + UInt128(range.count)
            for nonce in nonces(range, length: length) { #expect(seen.insert(nonce).inserted) }
        }
    }

    @Test func everyNonceIsGivenOutOnce() {
        var ledger = NonceLedger(nonceLength: 4, start: 0xffff_0000)
        var total: UInt64 = 0
        var firsts: Set<UInt128> = []
        while let range = take(&ledger) {
            total += range.count
            #expect(firsts.insert(range.first).inserted)
            #expect(ledger.isLow == (ledger.reserved >= 7 << 29))
        }
        #expect(total == 1 << 32)
        #expect(take(&ledger) == nil)
    }

    /// What was reserved before a crash counts as used.
    @Test func aCrashRepeatsNothing() throws {
        var ledger = NonceLedger(nonceLength: 8, start: 99)
        var used: Set<UInt128> = []
        for _ in 0..<50 {
            for _ in 0..<Int.random(in: 1...20) {
                let range = try #require(take(&ledger))
                #expect(used.insert(range.first).inserted)
            }
            ledger = NonceLedger(nonceLength: 8, start: ledger.start, reserved: ledger.reserved)
        }
    }
}
