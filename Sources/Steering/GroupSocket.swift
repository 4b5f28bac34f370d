internal import CLinux
private import Glibc
internal import Linux

/// A socket that may join the map of its address.
///
/// The kernel would take any UDP socket with SO_REUSEPORT into the map, and fail only when a packet
/// is to go there: so what it does not check is checked here.
struct GroupSocket {
    let descriptor: Int32

    /// The socket, where it is a member of the address's group; `attempt` is for the error.
    init(_ descriptor: Int32, memberOf address: SocketAddress, attempt: String) throws(SteeringError) {
        self.descriptor = descriptor
        let objection: String?
        do {
            objection = try self.objection(to: address)
        } catch {
            throw SteeringError(.socket, attempt, error)
        }
        if let objection { throw SteeringError(.socket, attempt, detail: objection) }
    }

    private func objection(to address: SocketAddress) throws(Errno) -> String? {
        guard try option(SO_TYPE) == Int32(SOCK_DGRAM.rawValue), try option(SO_PROTOCOL) == IPPROTO_UDP else {
            return "it is not a UDP socket"
        }
        let bound = try SocketAddress { getsockname(descriptor, $0, $1) }
        guard bound == address else { return "it is bound to \(bound)" }
        guard try option(SO_REUSEPORT) != 0 else { return "it has no SO_REUSEPORT" }
        // connect() takes a socket out of its group and the map.
        if (try? SocketAddress { getpeername(descriptor, $0, $1) }) != nil { return "it is connected" }
        return nil
    }

    private func option(_ name: Int32) throws(Errno) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try syscall { getsockopt(descriptor, SOL_SOCKET, name, &value, &length) }
        return value
    }

    /// Makes the program choose among the sockets of this one's group.
    func attach(_ program: LoadedProgram) throws(Errno) {
        var program = program.descriptor
        let length = socklen_t(MemoryLayout<Int32>.size)
        try syscall { setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &program, length) }
    }

    /// Gives the choice back to the kernel's hash.
    func detach() throws(Errno) {
        var unused: Int32 = 0
        let length = socklen_t(MemoryLayout<Int32>.size)
        try syscall { setsockopt(descriptor, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, length) }
    }
}
