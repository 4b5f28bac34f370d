import Glibc
import Linux
import QUICLB
import Steering
import Testing

/// What is on its way when a slot is given up.
@Suite("Settling", Kernel.trait)
struct SettleTests {
    @Test("after unregister and settle nothing more comes to the slot", arguments: Pool.addresses)
    func settle(address: String) throws {
        let pool = try Pool(on: address)
        let (slot, socket) = pool.sockets[1]
        try pool.steering.setRing(pool.ring(without: [slot]))
        // Trains of many segments, which are queued one by one: so long a way is easily met half-way.
        let packet = Packet.short(Pool.codecs[0].anyID(of: slot), count: 50)
        let train = (0..<60).flatMap { _ in packet }
        try socket.set(SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
        let flood = try Flood(of: [train], to: pool.address, segment: Int32(packet.count))
        defer { flood.stop() }
        for _ in 0..<50 {
            try #require(try receive(socket.rawValue) != nil)
            try pool.steering.unregister(address: pool.address, slot: slot)
            try pool.steering.settle()
            let queued = try queuedMemory(socket.rawValue)
            // The flood goes on meanwhile, by the 4-tuple.
            _ = try pool.counts()
            var later: UInt64 = 0
            while later < 20 { later += try pool.counts()[.tuple, default: 0] }
            #expect(try queuedMemory(socket.rawValue) == queued)
            // A full queue would take no more in any case.
            try drain(socket.rawValue)
            try pool.steering.register(socket: socket.rawValue, address: pool.address, slot: slot)
        }
    }

    private func drain(_ descriptor: Int32) throws {
        var octet: UInt8 = 0
        while try nonBlockingSyscall({ recv(descriptor, &octet, 1, 0) }) != nil {}
    }

    /// The memory that a socket's queue takes.
    private func queuedMemory(_ descriptor: Int32) throws -> UInt32 {
        // SO_MEMINFO, of which the first is sk_rmem_alloc.
        var values = [UInt32](repeating: 0, count: 16)
        var length = socklen_t(values.count * MemoryLayout<UInt32>.size)
        try syscall { getsockopt(descriptor, SOL_SOCKET, 55, &values, &length) }
        return values[0]
    }
}
