private import CLinux
private import Glibc

/// The UDP sockets that share an address by SO_REUSEPORT.
package enum ReuseportGroup {
    /// Why a socket is not a member of the group of `address`; nil where it is one.
    ///
    /// - Throws: ENOTSOCK where the descriptor is no socket.
    package static func objection(
        to descriptor: Int32, at address: SocketAddress
    ) throws(Errno) -> String? {
        guard try option(SO_TYPE, of: descriptor) == Int32(SOCK_DGRAM.rawValue),
            try option(SO_PROTOCOL, of: descriptor) == IPPROTO_UDP
        else { return "it is not a UDP socket" }
        let bound = try SocketAddress { getsockname(descriptor, $0, $1) }
        guard bound == address else { return "it is bound to \(bound)" }
        guard try option(SO_REUSEPORT, of: descriptor) != 0 else { return "it has no SO_REUSEPORT" }
        // connect() takes a socket out of its group.
        if (try? SocketAddress { getpeername(descriptor, $0, $1) }) != nil { return "it is connected" }
        return nil
    }

    /// The octets of a member's receive and send buffers that datagrams may take: the kernel doubles what it is asked for,
    /// for its own needs.
    package static func bufferSizes(of descriptor: Int32) throws(Errno) -> (receive: Int32, send: Int32) {
        (try option(SO_RCVBUF, of: descriptor) / 2, try option(SO_SNDBUF, of: descriptor) / 2)
    }

    /// Gives the choice among the members back to the kernel's hash, where a program had it.
    ///
    /// - Throws: ENOENT where none had.
    package static func detachProgram(from descriptor: Int32) throws(Errno) {
        var unused: Int32 = 0
        let length = socklen_t(MemoryLayout<Int32>.size)
        try syscall { setsockopt(descriptor, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, length) }
    }

    private static func option(_ name: Int32, of descriptor: Int32) throws(Errno) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try syscall { getsockopt(descriptor, SOL_SOCKET, name, &value, &length) }
        return value
    }
}
