import QUICLB
import Testing

@testable import Transport

struct IssuedConnectionIDsTests {
    /// ngtcp2's part: it issues up to the limit, and as many more as are retired, in a pool of eight.
    private struct Pool {
        var ids = IssuedConnectionIDs()
        private var known: [UInt8] = []
        private var retired: Set<UInt8> = []
        private var next: UInt8 = 0
        private(set) var mostUsed = 0

        init(peerLimit: UInt64) {
            issue()
            ids.setPeerLimit(peerLimit)
            write()
        }

        var used: [UInt8] { known.filter { !retired.contains($0) } }

        private static func id(_ sequence: UInt8) -> ConnectionID { ConnectionID([sequence])! }

        private mutating func issue() {
            known.append(next)
            ids.issued(Self.id(next))
            next += 1
        }

        /// - Returns: what is issued.
        @discardableResult
        mutating func write() -> [UInt8] {
            let first = next
            let need = min(8, ids.limit + retired.count) - known.count
            #expect(known.count >= 8 || need >= 0, "ngtcp2's count would wrap")
            if known.count < 8 { for _ in 0..<need { issue() } }
            mostUsed = max(mostUsed, used.count)
            return Array(first..<next)
        }

        mutating func retire(_ sequence: UInt8, isSeen: Bool = true) {
            retired.insert(sequence)
            if isSeen { ids.retired(UInt64(sequence)) }
        }

        mutating func remove(_ sequence: UInt8) {
            known.removeAll { $0 == sequence }
            retired.remove(sequence)
            ids.removed(Self.id(sequence))
        }
    }

    @Test(
        "a connection has what the peer takes, and seven at most",
        arguments: [(2, 2), (7, 7), (8, 7), (1 << 62, 7)])
    func target(limit: UInt64, count: Int) {
        let pool = Pool(peerLimit: limit)
        #expect(pool.used.count == count)
        #expect(!pool.ids.isReplacing)
    }

    @Test(
        "one ID above the limit retires all others", arguments: [2, 3, 7, 8, 100] as [UInt64], [true, false])
    func replaces(limit: UInt64, isOneByOne: Bool) {
        var pool = Pool(peerLimit: limit)
        let old = pool.used
        let target = old.count
        pool.ids.replaceAll()
        #expect(pool.ids.isReplacing)
        #expect(pool.ids.start() == true)
        #expect(pool.write().count == 1)
        #expect(pool.ids.retirePriorTo?.threshold == UInt64(target))
        #expect(pool.write() == [])
        for sequence in old {
            pool.retire(sequence)
            if isOneByOne { pool.write() }
            // Frames that come again.
            pool.ids.retired(UInt64(sequence))
        }
        pool.write()
        #expect(pool.ids.isReplacing)
        for sequence in old {
            pool.remove(sequence)
            pool.write()
        }
        #expect(!pool.ids.isReplacing)
        #expect(pool.ids.retirePriorTo == nil)
        #expect(pool.used.count == target)
        #expect(pool.mostUsed == target + 1)
    }

    @Test("an ID retired by the peer before does not count")
    func retiredBefore() {
        var pool = Pool(peerLimit: 2)
        pool.retire(0, isSeen: false)
        pool.write()
        #expect(pool.used == [1, 2])
        pool.ids.replaceAll()
        // Which one is retired is not known until it is removed.
        #expect(pool.ids.start() == false)
        pool.write()
        pool.remove(0)
        #expect(pool.ids.start() == true)
        #expect(pool.write() == [3])
        pool.ids.retired(0)
        pool.write()
        #expect(pool.used == [1, 2, 3])
        pool.retire(1)
        pool.retire(2)
        #expect(pool.write() == [4])
        #expect(pool.used == [3, 4])
    }

    @Test("a later wish replaces what the former issued")
    func again() {
        var pool = Pool(peerLimit: 2)
        pool.ids.replaceAll()
        #expect(pool.ids.start() == true)
        #expect(pool.ids.start() == false)
        pool.write()
        pool.ids.replaceAll()
        #expect(pool.ids.start() == false)
        pool.retire(0)
        pool.retire(1)
        pool.write()
        #expect(pool.ids.start() == false)
        pool.remove(0)
        pool.remove(1)
        #expect(pool.ids.isReplacing)
        #expect(pool.used == [2, 3])
        #expect(pool.ids.start() == true)
        #expect(pool.write() == [4])
        #expect(pool.ids.retirePriorTo?.threshold == 4)
    }
}
