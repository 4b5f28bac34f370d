import Glibc
import Linux

/// A non-blocking UDP socket on loopback.
final class UDPSocket {
    /// The kernel's <linux/udp.h>, of which Swift sees no macros.
    enum Option: Int32 {
        case segment = 103
        case gro = 104
    }

    let descriptor: FileDescriptor

    init(bind address: SocketAddress, reusePort: Bool = false, type: __socket_type = SOCK_DGRAM) throws {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = FileDescriptor(
            owning: try syscall { socket(family, Int32(type.rawValue) | flags, 0) })
        if reusePort { try set(SOL_SOCKET, SO_REUSEPORT, 1) }
        let fd = rawValue
        try syscall { address.withSockaddr { bind(fd, $0, $1) } }
    }

    var rawValue: Int32 { descriptor.rawValue }

    func address() throws -> SocketAddress {
        try SocketAddress { getsockname(rawValue, $0, $1) }
    }

    func set(_ level: Int32, _ name: Int32, _ value: Int32) throws {
        var value = value
        try syscall { setsockopt(rawValue, level, name, &value, socklen_t(MemoryLayout<Int32>.size)) }
    }

    func set(_ option: Option, _ value: Int32) throws {
        try set(Int32(IPPROTO_UDP), option.rawValue, value)
    }

    func connect(to address: SocketAddress) throws {
        try syscall { address.withSockaddr { Glibc.connect(rawValue, $0, $1) } }
    }

    func send(_ octets: [UInt8], to address: SocketAddress) throws {
        try syscall {
            address.withSockaddr { sendto(rawValue, octets, octets.count, 0, $0, $1) }
        }
    }
}

/// The next datagram of a socket, or nil where none comes within five seconds.
func receive(_ descriptor: Int32) throws -> [UInt8]? {
    guard try firstReadable([descriptor]) != nil else { return nil }
    var octets = [UInt8](repeating: 0, count: 65_536)
    let count = try syscall { recv(descriptor, &octets, octets.count, 0) }
    return Array(octets[..<count])
}

/// Waits until one of the sockets has something to read; its index, or nil after five seconds.
func firstReadable(_ descriptors: [Int32]) throws -> Int? {
    var polls = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    try syscall { poll(&polls, nfds_t(polls.count), 5_000) }
    return polls.firstIndex { $0.revents & Int16(POLLIN) != 0 }
}
