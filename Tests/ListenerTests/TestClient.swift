import Glibc
import Linux
import QUICLB

/// A client's UDP socket.
final class TestClient {
    /// The kernel's <linux/udp.h>, of which Swift sees no macros.
    private static let segmentOption: Int32 = 103
    private let descriptor: FileDescriptor

    init() throws {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = FileDescriptor(owning: try syscall { socket(AF_INET, type, 0) })
    }

    func send(_ octets: [UInt8], to address: SocketAddress) throws {
        let rawValue = descriptor.rawValue
        try syscall { address.withSockaddr { sendto(rawValue, octets, octets.count, 0, $0, $1) } }
    }

    /// Sends datagrams of one length as a train, which reaches the other end whole on loopback.
    func send(train: [[UInt8]], to address: SocketAddress) throws {
        let rawValue = descriptor.rawValue
        var segment = Int32(train[0].count)
        let length = socklen_t(MemoryLayout<Int32>.size)
        try syscall { setsockopt(rawValue, Int32(IPPROTO_UDP), Self.segmentOption, &segment, length) }
        try send(train.flatMap(\.self), to: address)
        segment = 0
        try syscall { setsockopt(rawValue, Int32(IPPROTO_UDP), Self.segmentOption, &segment, length) }
    }

    /// The next datagram that is there, with its sender.
    func receive() throws -> (octets: [UInt8], sender: SocketAddress)? {
        var octets = [UInt8](repeating: 0, count: 65_536)
        var count: Int?
        let rawValue = descriptor.rawValue
        let sender = try SocketAddress { address, length in
            count = try? nonBlockingSyscall {
                recvfrom(rawValue, &octets, octets.count, 0, address, &length.pointee)
            }
            return 0
        }
        return count.map { (Array(octets[..<$0]), sender) }
    }
}
