import Glibc
import Linux
import Testing

@Suite struct ReservedPortTests {
    /// Loopback of each family that the host has.
    static let addresses = ["127.0.0.1:0", "[::1]:0"].map { SocketAddress($0)! }.filter(isLocal)

    @Test(arguments: addresses) func thePortIsChosenAndExclusive(address: SocketAddress) throws {
        let reservation = try ReservedPort(address)
        #expect(reservation.address.port != 0)
        let taken = reservation.address
        #expect(throws: Errno.addressInUse) { _ = try ReservedPort(taken) }
        #expect(throws: Errno.addressInUse) { _ = try bindShared(taken) }
    }

    @Test(arguments: addresses) func membersJoinAndKeepTheAddress(address: SocketAddress) throws {
        let taken: SocketAddress
        let first: FileDescriptor
        do {
            let reservation = try ReservedPort(address)
            taken = reservation.address
            try reservation.allowSharing()
            first = try bindShared(taken)
        }
        // The reservation is gone; the address is not free, and still takes members.
        #expect(throws: Errno.addressInUse) { _ = try ReservedPort(taken) }
        let second = try bindShared(taken)
        #expect(try first.boundAddress() == taken)
        #expect(try ReuseportGroup.objection(to: second.rawValue, at: taken) == nil)

        // Both are in one group: packets from many ports reach both, and no other socket.
        for _ in 0..<64 { try send([1], to: taken) }
        let received = (count(first), count(second))
        #expect(received.0 > 0 && received.1 > 0 && received.0 + received.1 == 64)
    }

    /// A group that a foreign process holds is refused, too.
    @Test(arguments: addresses) func aReuseportGroupCannotBeTaken(address: SocketAddress) throws {
        let member = try bindShared(address)
        let taken = try member.boundAddress()
        #expect(throws: Errno.addressInUse) { _ = try ReservedPort(taken) }
    }

    @Test(.enabled(if: addresses.count == 2)) func theWildcardsOfBothFamiliesLiveSideBySide() throws {
        let ipv4 = try ReservedPort(SocketAddress("0.0.0.0:0")!)
        var address = SocketAddress("[::]:0")!
        address.port = ipv4.address.port
        #expect(throws: Never.self) { _ = try ReservedPort(address) }
    }

    private static func isLocal(_ address: SocketAddress) -> Bool {
        do throws(Errno) {
            _ = try ReservedPort(address)
            return true
        } catch {
            return error != .noAddress
        }
    }

    private func bindShared(_ address: SocketAddress) throws(Errno) -> FileDescriptor {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = FileDescriptor(owning: try syscall { Glibc.socket(family, type, 0) })
        var one: Int32 = 1
        try syscall { setsockopt(socket.rawValue, SOL_SOCKET, SO_REUSEPORT, &one, 4) }
        if family == AF_INET6 {
            try syscall { setsockopt(socket.rawValue, Int32(IPPROTO_IPV6), Int32(IPV6_V6ONLY), &one, 4) }
        }
        try syscall { address.withSockaddr { bind(socket.rawValue, $0, $1) } }
        return socket
    }

    private func send(_ bytes: [UInt8], to address: SocketAddress) throws(Errno) {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        let socket = FileDescriptor(
            owning: try syscall { Glibc.socket(family, Int32(SOCK_DGRAM.rawValue), 0) })
        try syscall {
            address.withSockaddr { sendto(socket.rawValue, bytes, bytes.count, 0, $0, $1) }
        }
    }

    private func count(_ socket: borrowing FileDescriptor) -> Int {
        var octet: UInt8 = 0
        var count = 0
        while recv(socket.rawValue, &octet, 1, 0) >= 0 { count += 1 }
        return count
    }
}
