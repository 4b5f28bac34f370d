import QUICLB
import Steering
import Testing

/// Configurations that come and go while the pool serves.
@Suite("Configurations in the kernel", Kernel.trait)
struct ConfigurationTests {
    @Test("a rotation: two at once, then the new one alone, and the codepoint again with another key")
    func rotation() throws {
        func codec(_ id: UInt8, key: UInt8) throws -> PoolCodec {
            let configuration = try Configuration(
                id: ConfigurationID(rawValue: id)!,
                key: Configuration.Key([UInt8](repeating: key, count: 16)),
                serverIDLength: 3, nonceLength: 13)
            return try PoolCodec(configuration: configuration, host: HostID([1, 2])!)
        }
        let pool = try Pool(codecs: [codec(0, key: 1)])
        let slot = Slot(rawValue: 255)
        func expect(_ codec: PoolCodec, decodes: Bool) throws {
            _ = try pool.counts()
            let chosen = try pool.deliver(Packet.short(codec.anyID(of: slot)))
            if decodes { #expect(chosen == slot) }
            #expect(try pool.counts() == [decodes ? .serverID : .tuple: 1])
        }
        let (old, new, newest) = (try codec(0, key: 1), try codec(1, key: 2), try codec(0, key: 3))
        try expect(old, decodes: true)
        try expect(new, decodes: false)
        try pool.steering.setConfiguration(new)
        try expect(old, decodes: true)
        try expect(new, decodes: true)
        try pool.steering.removeConfiguration(codepoint: 0)
        try pool.steering.removeConfiguration(codepoint: 0)
        try expect(old, decodes: false)
        try expect(new, decodes: true)
        try pool.steering.setConfiguration(newest)
        try expect(newest, decodes: true)
        try expect(old, decodes: false)
    }

    @Test("a pool decides the same by each form of the program", arguments: ProgramForm.allCases)
    func forms(form: ProgramForm) throws {
        let pool = try Pool(forms: [form])
        #expect(pool.steering.form == form)
        #expect(pool.steering.formReason == nil)
        for codec in Pool.codecs {
            for slot in pool.slots {
                for packet in [Packet.short(codec.anyID(of: slot)), Packet.long(codec.anyID(of: slot))] {
                    let chosen = try pool.deliver(packet)
                    if form.decodes(codec) { #expect(chosen == slot) }
                }
            }
            let exit = form.decodes(codec) ? SteeringCounter.serverID : .tuple
            #expect(try pool.counts()[exit] == UInt64(pool.slots.count) * (form.decodes(codec) ? 2 : 1))
        }
    }
}
