import CLibBPF
import CLinux
import Glibc
import Linux
import Placement
import QUICLB
import Steering

/// What the kernel program costs a packet, net: less what a program that does nothing costs, which is the kernel's
/// own accounting.
enum SteeringBench {
    private static let packets = 20_000
    private static let runs = 7

    static func run() throws {
        let enabled = try KernelSteering.enableRunStatistics()
        let nothing = try median { try EmptyProgram().cost(of: Self.send) }
        print("a program that does nothing: \(nothing) ns")
        for form in ProgramForm.allCases {
            for algorithm in Algorithm.allCases where form.decodes(algorithm.codec) {
                let gross = try median { try cost(form, algorithm) }
                print("\(form.rawValue), \(algorithm.rawValue): \(gross - nothing) ns net, \(gross) gross")
            }
        }
        let gross = try median { try placementCost() }
        print("ring, with the pin's insertion: \(gross - nothing) ns net, \(gross) gross")
        print("settle: \(try settleTime())")
        // The kernel times programs as long as this is open.
        _ = consume enabled
    }

    /// Of `runs` runs, each by itself.
    private static func median(_ measure: () throws -> Int) throws -> Int {
        try (0..<runs).map { _ in try measure() }.sorted()[runs / 2]
    }

    /// Nanoseconds a packet with an ID that decodes.
    private static func cost(_ form: ProgramForm, _ algorithm: Algorithm) throws -> Int {
        let codec = algorithm.codec
        let pool = try BenchPool(codec, form)
        let nonce = Nonce(counter: 77, count: codec.nonceLength)
        let id = codec.encode(slot: Slot(rawValue: 0), nonce: nonce, firstOctetBits: 0)
        let packet = [0x40] + id.withUnsafeBytes(Array.init) + [UInt8](repeating: 0, count: 40)
        let cost = try pool.cost { try send(packet, over: $0, to: $1) }
        let counters = try pool.steering.counters()
        precondition(counters[.serverID] == counters.packets, "a packet took another way")
        return cost
    }

    /// Nanoseconds a packet of a new connection.
    private static func placementCost() throws -> Int {
        let pool = try BenchPool(Algorithm.plaintext.codec, .plaintext)
        var count: UInt64 = 0
        return try pool.cost { client, server in
            for _ in 0..<packets {
                count += 1
                let id = withUnsafeBytes(of: count.bigEndian, Array.init)
                let packet = [0xc0, 0, 0, 0, 1, 8] + id + [UInt8](repeating: 0, count: 40)
                try client.send(packet)
                try server.discard()
            }
        }
    }

    private static func settleTime() throws -> Duration {
        let pool = try BenchPool(Algorithm.plaintext.codec, .plaintext)
        let times = try (0..<21).map { _ in
            try ContinuousClock().measure { try pool.steering.settle() }
        }
        return times.sorted()[times.count / 2]
    }

    private static func send(over client: BenchSocket, to server: BenchSocket) throws {
        try send([UInt8](repeating: 0x40, count: 60), over: client, to: server)
    }

    private static func send(_ packet: [UInt8], over client: BenchSocket, to server: BenchSocket) throws {
        for _ in 0..<packets {
            try client.send(packet)
            try server.discard()
        }
    }
}

/// A socket in slot 0, and a client of it.
final class BenchPool {
    let steering: KernelSteering
    private let server: BenchSocket
    private let client: BenchSocket

    init(_ codec: PoolCodec, _ form: ProgramForm) throws {
        steering = try KernelSteering(
            configurations: [codec], hash: PlacementHash(key: (1, 2)), forms: [form])
        server = try BenchSocket()
        client = try BenchSocket()
        let slot = Slot(rawValue: 0)
        try steering.addAddress(server.address)
        try steering.register(socket: server.rawValue, address: server.address, slot: slot)
        try steering.setRing(Ring(active: [slot]))
        try client.connect(to: server.address)
    }

    /// Nanoseconds a run of the program while `body` sends.
    func cost(of body: (BenchSocket, BenchSocket) throws -> Void) throws -> Int {
        let before = try steering.runStatistics()
        try body(client, server)
        let after = try steering.runStatistics()
        return Int((after.nanoseconds - before.nanoseconds) / (after.count - before.count))
    }
}

/// A program of two instructions: `return SK_PASS`.
final class EmptyProgram {
    private let program: FileDescriptor
    private let server: BenchSocket
    private let client: BenchSocket

    init() throws {
        // BPF_ALU64 | BPF_MOV | BPF_K, then BPF_JMP | BPF_EXIT.
        var instructions = [bpf_insn(), bpf_insn()]
        instructions[0].code = 0xb7
        instructions[0].imm = 1
        instructions[1].code = 0x95
        let descriptor = bpf_prog_load(
            BPF_PROG_TYPE_SK_REUSEPORT, "empty", "GPL", instructions, instructions.count, nil)
        program = FileDescriptor(owning: try syscall { descriptor })
        server = try BenchSocket()
        client = try BenchSocket()
        var attached = program.rawValue
        try syscall {
            setsockopt(server.rawValue, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &attached, 4)
        }
        try client.connect(to: server.address)
    }

    func cost(of body: (BenchSocket, BenchSocket) throws -> Void) throws -> Int {
        let before = try statistics()
        try body(client, server)
        let after = try statistics()
        return Int((after.run_time_ns - before.run_time_ns) / (after.run_cnt - before.run_cnt))
    }

    private func statistics() throws -> bpf_prog_info {
        var info = bpf_prog_info()
        var length = UInt32(MemoryLayout<bpf_prog_info>.size)
        try syscall { bpf_obj_get_info_by_fd(program.rawValue, &info, &length) }
        return info
    }
}
