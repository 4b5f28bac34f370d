internal import CLinux
private import Glibc
internal import Linux

/// A socket that may join the map of its address.
///
/// The kernel would take any UDP socket with SO_REUSEPORT into the map, and fail only when a packet
/// is to go there: so what it does not check is checked before.
struct GroupSocket {
    let descriptor: Int32

    /// The socket, where it is a member of the address's group; `attempt` is for the error.
    init(_ descriptor: Int32, memberOf address: SocketAddress, attempt: String) throws(SteeringError) {
        self.descriptor = descriptor
        let objection: String?
        do {
            objection = try ReuseportGroup.objection(to: descriptor, at: address)
        } catch {
            throw SteeringError(.socket, attempt, error)
        }
        if let objection { throw SteeringError(.socket, attempt, detail: objection) }
    }

    /// Makes the program choose among the sockets of this one's group.
    func attach(_ program: LoadedProgram) throws(Errno) {
        var program = program.descriptor
        let length = socklen_t(MemoryLayout<Int32>.size)
        try syscall { setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &program, length) }
    }

    /// Gives the choice back to the kernel's hash.
    func detach() throws(Errno) {
        try ReuseportGroup.detachProgram(from: descriptor)
    }
}
