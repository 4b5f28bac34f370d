private import CLinux

/// Unpredictable octets from the kernel, fetched a page at a time: a system call for each connection ID would
/// cost more than the ID.
package final class RandomSource {
    private static let capacity = 4096
    private let pool: UnsafeMutableRawBufferPointer
    private var used = RandomSource.capacity

    package init() {
        pool = .allocate(byteCount: Self.capacity, alignment: 8)
    }

    deinit {
        pool.deallocate()
    }

    /// Fills `destination`. No octet is handed out twice.
    package func fill(_ destination: UnsafeMutableRawBufferPointer) {
        if destination.count > Self.capacity - used {
            guard destination.count <= Self.capacity else { return Self.fetch(destination) }
            Self.fetch(pool)
            used = 0
        }
        let source = UnsafeMutableRawBufferPointer(rebasing: pool[used..<used + destination.count])
        destination.copyMemory(from: UnsafeRawBufferPointer(source))
        source.initializeMemory(as: UInt8.self, repeating: 0)
        used += destination.count
    }

    private static func fetch(_ destination: UnsafeMutableRawBufferPointer) {
        var filled = 0
        while filled < destination.count {
            let count = getrandom(destination.baseAddress! + filled, destination.count - filled, 0)
            precondition(count > 0 || Errno.current == .interrupted, "getrandom failed")
            filled += max(0, count)
        }
    }
}

extension RandomSource: RandomNumberGenerator {
    package func next() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { fill($0) }
        return value
    }
}
