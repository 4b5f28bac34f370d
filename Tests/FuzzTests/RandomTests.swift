import FuzzTargets
import TestSupport
import Testing

/// The same inputs in each run: few, so that a test run finds what is grossly wrong. `scripts/fuzz` searches.
@Suite struct RandomTests {
    private static let inputCount = 3_000

    @Test(arguments: FuzzTarget.allCases)
    func randomOctets(target: FuzzTarget) {
        var random = SplitMix64(seed: 1)
        for _ in 0..<Self.inputCount {
            let count = Int.random(in: 0...64, using: &random)
            target.run((0..<count).map { _ in .random(in: 0...255, using: &random) })
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func mutatedInputs(target: FuzzTarget) throws {
        var random = SplitMix64(seed: 2)
        let inputs = try Corpus(of: target).inputs.map(\.octets)
        for _ in 0..<Self.inputCount {
            var input = try #require(inputs.randomElement(using: &random))
            for _ in 0..<Int.random(in: 1...4, using: &random) { input.mutate(using: &random) }
            target.run(input)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func mutate(using random: inout SplitMix64) {
        guard let index = indices.randomElement(using: &random) else { return }
        let length = Int.random(in: 1...16, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: self[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: self[index] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random)!
        case 2: removeSubrange(index..<Swift.min(count, index + length))
        case 3: insert(contentsOf: self[index...].prefix(length), at: index)
        default: removeLast(Swift.min(length, count))
        }
    }
}
