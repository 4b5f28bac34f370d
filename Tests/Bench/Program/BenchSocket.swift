import CLinux
import Glibc
import Linux

/// A UDP socket on loopback, one of a reuseport group.
final class BenchSocket {
    private let descriptor: FileDescriptor
    let address: SocketAddress

    init() throws {
        descriptor = FileDescriptor(
            owning: try syscall {
                socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            })
        let rawValue = descriptor.rawValue
        var one: Int32 = 1
        try syscall { setsockopt(rawValue, SOL_SOCKET, SO_REUSEPORT, &one, 4) }
        try syscall { SocketAddress("127.0.0.1:0")!.withSockaddr { bind(rawValue, $0, $1) } }
        address = try SocketAddress { getsockname(rawValue, $0, $1) }
    }

    var rawValue: Int32 { descriptor.rawValue }

    func connect(to address: SocketAddress) throws {
        try syscall { address.withSockaddr { Glibc.connect(rawValue, $0, $1) } }
    }

    func send(_ packet: [UInt8]) throws {
        try syscall { Glibc.send(rawValue, packet, packet.count, 0) }
    }

    /// Receives a datagram, which is there or on its way.
    func discard() throws {
        var octet: UInt8 = 0
        try syscall { recv(rawValue, &octet, 1, 0) }
    }
}
