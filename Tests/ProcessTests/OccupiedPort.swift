import Glibc
import Linux

/// A UDP port of 127.0.0.1 that a socket of the test holds.
final class OccupiedPort: Sendable {
    let port: UInt16
    private let descriptor: Int32

    /// With `sharesPort`, by SO_REUSEPORT: others of the same user could join.
    init(sharesPort: Bool) throws {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = try syscall { socket(AF_INET, type, 0) }
        var on: Int32 = 1
        if sharesPort {
            try syscall { [descriptor] in
                setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, socklen_t(MemoryLayout<Int32>.size))
            }
        }
        let anyPort = SocketAddress("127.0.0.1:0")!
        try syscall { [descriptor] in anyPort.withSockaddr { bind(descriptor, $0, $1) } }
        port = try SocketAddress(reading: { [descriptor] in getsockname(descriptor, $0, $1) }).port
    }

    deinit {
        close(descriptor)
    }
}
