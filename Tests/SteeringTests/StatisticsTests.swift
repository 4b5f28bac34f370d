import QUICLB
import Steering
import Testing

@Suite("Run statistics", Kernel.timingTrait)
struct StatisticsTests {
    @Test("a run for each packet")
    func count() throws {
        let pool = try Pool()
        let before = try pool.steering.runStatistics()
        let enabled = try KernelSteering.enableRunStatistics()
        for _ in 0..<100 {
            _ = try pool.deliver(Packet.short(Pool.codecs[0].anyID(of: pool.sockets[0].slot)))
        }
        let after = try pool.steering.runStatistics()
        #expect(after.count - before.count == 100)
        #expect(after.nanoseconds > before.nanoseconds)
        _ = consume enabled
    }
}
