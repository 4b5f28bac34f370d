import CAllocations
import QUICLB

/// How often a second the codec makes a connection ID and finds its slot again, and that nothing is allocated for it.
enum CodecBench {
    private static let count = 2_000_000
    private static let runs = 5

    static func run() {
        for algorithm in Algorithm.allCases {
            let codec = algorithm.codec
            // What is made once is made.
            roundTrips(codec, 1)
            let times = (0..<runs).map { _ in ContinuousClock().measure { roundTrips(codec, count) } }
            let before = allocations_count()
            roundTrips(codec, count)
            let allocations = allocations_count() - before
            let rate = Double(count) / (times.sorted()[runs / 2] / .seconds(1))
            let millions = Double(Int(rate / 1e4)) / 100
            print(
                "\(algorithm.rawValue): \(millions) million encode + decode /s, \(allocations) allocations in "
                    + "\(count) of them")
        }
    }

    @inline(never)
    private static func roundTrips(_ codec: PoolCodec, _ count: Int) {
        let slot = Slot(rawValue: 9)
        for counter in 0..<count {
            let nonce = Nonce(counter: UInt128(counter), count: codec.nonceLength)
            let id = codec.encode(slot: slot, nonce: nonce, firstOctetBits: 0)
            precondition(codec.slot(of: id) == slot)
        }
    }
}
