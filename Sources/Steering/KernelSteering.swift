internal import CLibBPF
package import Linux
package import Placement
package import QUICLB
internal import SteerABI
internal import Synchronization

/// Steering in the kernel, loaded: the program, its maps, and the groups it is attached to.
///
/// The program stays attached to an address's group, and is told everything through the maps. A group
/// keeps it until its last socket closes or `detach` is called, also when this object is gone. Not thread-safe: one thread, the supervisor's, uses it.
package final class KernelSteering {
    /// The instance that made the maps which all share, and serves the first address.
    let first: LoadedProgram
    /// Why a better form of the program was not taken; nil where there is none.
    package let formReason: String?
    private let hash: PlacementHash
    var programs: [SocketAddress: LoadedProgram] = [:]
    var epoch: UInt32 = 0
    /// Of the object file that the program came from.
    var digest = LoadedProgram.digest
    /// Those that this program's own took the place of: their maps are in use.
    var formerPrograms: [LoadedProgram] = []
    /// Those that the program decodes, by codepoint.
    var configurations: [UInt8: PoolCodec] = [:]

    /// Loads the program, with an empty ring: until `setRing`, what does not decode goes where the
    /// kernel's hash says.
    ///
    /// - Parameters:
    ///   - configurations: what the pool's connection IDs may be made by, each with its own ID.
    ///   - hash: places client-chosen DCIDs on the ring.
    ///   - pinCapacity: how many of those DCIDs keep their slot when the ring changes.
    ///   - forms: of the program, to try in this order; nil for those that the configurations call for.
    package init(
        configurations: [PoolCodec], hash: PlacementHash, pinCapacity: Int = Int(STEER_PINS),
        forms: [ProgramForm]? = nil
    ) throws(SteeringError) {
        precondition(
            Set(configurations.map(\.codepoint)).count == configurations.count,
            "two configurations have the same ID")
        (first, formReason) = try Self.load(
            forms ?? ProgramForm.candidates(for: configurations), pinCapacity: pinCapacity)
        self.hash = hash
        // No program runs yet.
        for codec in configurations where form.decodes(codec) { try write(codec) }
        try setRing(Ring(active: []))
    }

    /// Goes on with what another program of this process loaded: see `handover`.
    init(
        first: LoadedProgram, programs: [SocketAddress: LoadedProgram], epoch: UInt32,
        configurations: [PoolCodec], hash: PlacementHash
    ) {
        self.first = first
        self.programs = programs
        self.epoch = epoch
        self.hash = hash
        formReason = nil
        for codec in configurations where first.form.decodes(codec) {
            self.configurations[codec.codepoint] = codec
        }
    }

    /// The first of the forms that the kernel takes, and why it did not take those before.
    private static func load(
        _ forms: [ProgramForm], pinCapacity: Int
    ) throws(SteeringError) -> (LoadedProgram, String?) {
        var refusal: SteeringError?
        for form in forms {
            do {
                let reason = refusal.map { "\($0.reason)" }
                return (try LoadedProgram(form, pinCapacity: pinCapacity), reason)
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal!
    }

    /// The form of the program that the kernel took.
    package var form: ProgramForm { first.form }

    /// Makes place for the sockets of a listen address, with its real port.
    package func addAddress(_ address: SocketAddress) throws(SteeringError) {
        precondition(programs[address] == nil, "\(address) was added before")
        programs[address] = programs.isEmpty ? first : try LoadedProgram(sharing: first)
    }

    /// Puts a socket into its slot's place: packets are steered to it from now on.
    ///
    /// The caller keeps the descriptor; the place empties by itself when the last duplicate closes.
    package func register(socket: Int32, address: SocketAddress, slot: Slot) throws(SteeringError) {
        let program = program(of: address)
        let attempt = "register a socket for slot \(slot) at \(address)"
        let member = try GroupSocket(socket, memberOf: address, attempt: attempt)
        do {
            // The group's first socket would do, but a group whose sockets all closed is a new one
            // afterwards, without the program. For a group that has it this changes nothing.
            try member.attach(program)
        } catch {
            throw SteeringError(.attach, "attach the program to the group of \(address)", error)
        }
        do {
            try program.sockets.update(UInt32(slot.rawValue), to: UInt64(socket))
        } catch {
            throw SteeringError(.socket, attempt, error.underlying)
        }
    }

    /// Empties a slot's place; it is no error where it is empty.
    package func unregister(address: SocketAddress, slot: Slot) throws(SteeringError) {
        try program(of: address).sockets.remove(UInt32(slot.rawValue))
    }

    /// Detaches the program from the group that a registered socket is in: the kernel's hash decides
    /// again. The places stay as they are.
    package func detach(socket: Int32, address: SocketAddress) throws(SteeringError) {
        let attempt = "detach the program from the group of \(address)"
        let member = try GroupSocket(socket, memberOf: address, attempt: attempt)
        do {
            try member.detach()
        } catch {
            throw SteeringError(.attach, attempt, error)
        }
    }

    /// Places new connections by this ring from now on, all at once.
    package func setRing(_ ring: Ring) throws(SteeringError) {
        var table = steer_ring()
        withUnsafeMutableBytes(of: &table.slots) { slots in
            ring.entries.withUnsafeBytes { slots.copyMemory(from: $0) }
        }
        let next = epoch ^ 1
        try first.ring.update(next, to: table)
        // No program may see the new epoch and the old table: the map code itself has no barrier.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        var placement = steer_placement()
        placement.hash_key = hash.key
        placement.epoch = next
        try first.placement.update(0, to: placement)
        epoch = next
    }

    /// The counters of all addresses, summed over the CPUs.
    package func counters() throws(SteeringError) -> SteeringCounters {
        let cpus = Int(libbpf_num_possible_cpus())
        precondition(cpus > 0, "the kernel does not say how many CPUs there are")
        let values = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: cpus)
        defer { values.deallocate() }
        var sums: [SteeringCounter: UInt64] = [:]
        for counter in SteeringCounter.allCases {
            try first.counters.read(counter.key, into: values)
            sums[counter] = values.reduce(0, +)
        }
        return SteeringCounters(values: sums)
    }

    /// The descriptors of the program's instances in use.
    var descriptors: [Int32] {
        programs.values.map(\.descriptor)
    }

    private func program(of address: SocketAddress) -> LoadedProgram {
        guard let program = programs[address] else { preconditionFailure("\(address) was never added") }
        return program
    }
}
