import Glibc
import Linux

/// What a test worker answers.
struct Answer: Hashable {
    let slot: Int
    let processID: pid_t
    let incarnation: Int
}

/// A UDP socket of its own port that asks test workers who they are.
struct TestClient: ~Copyable {
    private let socket: FileDescriptor
    private let server: SocketAddress

    init(_ server: SocketAddress) throws(Errno) {
        let family = server.family == .ipv6 ? AF_INET6 : AF_INET
        let socket = FileDescriptor(
            owning: try syscall { Glibc.socket(family, Int32(SOCK_DGRAM.rawValue), 0) })
        let rawValue = socket.rawValue
        // So that a lost answer fails the test rather than stopping it.
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        try syscall { setsockopt(rawValue, SOL_SOCKET, SO_RCVTIMEO, &timeout, size) }
        self.socket = socket
        self.server = server
    }

    func send(_ octets: [UInt8] = [0]) throws(Errno) {
        try syscall { server.withSockaddr { sendto(socket.rawValue, octets, octets.count, 0, $0, $1) } }
    }

    /// Waits for the next answer.
    func receive() throws(Errno) -> Answer {
        var octets = [UInt8](repeating: 0, count: 100)
        let count = try syscall { recv(socket.rawValue, &octets, octets.count, 0) }
        let words = String(decoding: octets[..<count], as: UTF8.self).split(separator: " ").compactMap {
            Int($0)
        }
        return Answer(slot: words[0], processID: pid_t(words[1]), incarnation: words[2])
    }

    func ask(_ octets: [UInt8] = [0]) throws(Errno) -> Answer {
        try send(octets)
        return try receive()
    }
}
