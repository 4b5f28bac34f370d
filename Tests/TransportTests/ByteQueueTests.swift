internal import CQUICShims
import TestSupport
import Testing

@testable import Transport

/// The queues against a model, by random steps from fixed seeds.
struct ByteQueueTests {
    @Test("what goes in comes out, in order", arguments: 1...20 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let pool = BlockPool()
        let queue = ByteQueue(pool: pool)
        var model: [UInt8] = []
        for _ in 0..<400 {
            let count = Int.random(in: 0...9000, using: &generator)
            if Bool.random(using: &generator) {
                let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                octets.withUnsafeBytes { queue.append($0) }
                model += octets
            } else {
                var buffer = [UInt8](repeating: 0, count: count)
                let removed = buffer.withUnsafeMutableBytes { queue.remove(into: $0) }
                #expect(Array(buffer.prefix(removed)) == Array(model.prefix(count)))
                model.removeFirst(removed)
            }
            if Int.random(in: 0..<4, using: &generator) == 0 {
                let dropped = Int.random(in: 0...model.count, using: &generator)
                queue.removeLast(dropped)
                model.removeLast(dropped)
            }
            #expect(queue.count == model.count)
        }
    }
}

struct SendBufferTests {
    @Test(
        "each octet is sent once, in order, and freed when acknowledged",
        arguments: 1...20 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var buffer = SendBuffer(pool: BlockPool())
        var written: [UInt8] = []
        var sent: [UInt8] = []
        var acknowledged = 0
        let vectors = UnsafeMutableBufferPointer<SendBuffer.Vector>.allocate(capacity: 2)
        defer { vectors.deallocate() }
        for _ in 0..<2000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                let count = Int.random(in: 1...6000, using: &generator)
                let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                octets.withUnsafeBytes { buffer.append($0) }
                written += octets
            case 1:
                let filled = buffer.gather(into: vectors)
                let offered = vectors[..<filled].flatMap {
                    Array(UnsafeBufferPointer(start: $0.base, count: $0.len))
                }
                #expect(offered.isEmpty == (buffer.unsent == 0))
                let count = Int.random(in: 0...min(offered.count, 1400), using: &generator)
                buffer.sent(count)
                sent += offered.prefix(count)
            case 2:
                #expect(buffer.dropUnsent() == written.count - sent.count)
                written.removeLast(written.count - sent.count)
            default:
                let count = Int.random(in: 0...(sent.count - acknowledged), using: &generator)
                buffer.acknowledged(count)
                acknowledged += count
            }
            #expect(buffer.count == written.count - acknowledged)
            #expect(buffer.unsent == written.count - sent.count)
        }
        #expect(sent == Array(written.prefix(sent.count)))
    }
}
