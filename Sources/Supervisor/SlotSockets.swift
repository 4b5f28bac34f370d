private import Glibc
import Linux

/// A slot's sockets, one for each of the pool's addresses: duplicates of what its worker bound, which keep
/// the sockets, their queues and their places in the kernel's map alive when the worker dies.
struct SlotSockets: ~Copyable {
    /// By the address's index; nil before it is bound.
    private var rawValues: [Int32?]

    init(addressCount: Int) {
        rawValues = Array(repeating: nil, count: addressCount)
    }

    /// Goes on with sockets that this process has from a former program, by the address's index.
    init(holding rawValues: [Int32]) {
        self.rawValues = rawValues
    }

    deinit {
        closeAll()
    }

    /// Those that there are, by the address's index.
    var held: [Int32] { rawValues.compactMap(\.self) }

    private func closeAll() {
        for case let rawValue? in rawValues { close(rawValue) }
    }

    var isEmpty: Bool { rawValues.allSatisfy { $0 == nil } }

    mutating func keep(_ socket: consuming FileDescriptor, at addressIndex: Int) {
        precondition(rawValues[addressIndex] == nil, "the address has a socket")
        rawValues[addressIndex] = socket.release()
    }

    /// Closes what there is.
    mutating func removeAll() {
        closeAll()
        rawValues = Array(repeating: nil, count: rawValues.count)
    }

    /// The descriptors for the next worker, in the addresses' order.
    ///
    /// - Precondition: every address has its socket.
    var all: [Int32] {
        rawValues.map { rawValue in
            guard let rawValue else { preconditionFailure("an address has no socket") }
            return rawValue
        }
    }
}
