package import Linux
package import Placement
package import QUICLB

extension KernelSteering {
    /// What the next program of this process goes on with. The descriptors are this object's.
    package var handover: SteeringHandover {
        SteeringHandover(
            form: form.rawValue, digest: digest, epoch: epoch,
            maps: Dictionary(uniqueKeysWithValues: first.sharedMaps.map { ($0.name, $0.descriptor) }),
            instances: programs.map { address, program in
                SteeringHandover.Instance(
                    address: address.description, program: program.descriptor,
                    sockets: program.sockets.descriptor)
            })
    }

    /// Goes on with what another program of this process loaded, with all that its maps hold.
    ///
    /// - Parameters:
    ///   - handover: its descriptors are owned from here on.
    ///   - configurations: those that the program decodes.
    package convenience init(
        adopting handover: SteeringHandover, configurations: [PoolCodec], hash: PlacementHash
    ) throws(SteeringError) {
        guard let form = ProgramForm(rawValue: handover.form), !handover.instances.isEmpty else {
            throw SteeringError(
                .load, "go on with the kernel program", detail: "its form is \(handover.form)")
        }
        var programs: [SocketAddress: LoadedProgram] = [:]
        var first: LoadedProgram?
        for instance in handover.instances {
            guard let address = SocketAddress(instance.address) else {
                throw SteeringError(
                    .load, "go on with the kernel program", detail: "it is for \(instance.address)")
            }
            let program = try LoadedProgram(
                adopting: instance, form: form, maps: handover.maps, ownsMaps: first == nil)
            if first == nil { first = program }
            programs[address] = program
        }
        self.init(
            first: first!, programs: programs, epoch: handover.epoch, configurations: configurations,
            hash: hash)
        digest = handover.digest
    }

    /// Whether the program that was loaded by another is not this one's own.
    package var isOutdated: Bool { digest != LoadedProgram.digest }

    /// Loads this program's own kernel program in the place of the one that was taken over, on the same maps. Where this
    /// throws, the former one steers on.
    ///
    /// - Parameter sockets: one of the group of each address.
    package func replacePrograms(_ sockets: [SocketAddress: Int32]) throws(SteeringError) {
        var new: [SocketAddress: LoadedProgram] = [:]
        for (address, program) in programs { new[address] = try LoadedProgram(replacing: program) }
        for (address, program) in new {
            guard let socket = sockets[address] else { continue }
            let member = try GroupSocket(socket, memberOf: address, attempt: "replace the program")
            do {
                try member.attach(program)
            } catch {
                throw SteeringError(.attach, "attach the program to the group of \(address)", error)
            }
        }
        // The maps are those of the former ones, which stay for as long as this object.
        formerPrograms = Array(programs.values)
        programs = new
        digest = LoadedProgram.digest
    }
}
