import Glibc
import Linux
import Testing

@Suite struct UDPSocketTests {
    @Test(arguments: ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"])
    func aSocketThatWithdrewKeepsWhatItHasAndGetsNoMore(address: String) throws {
        let first = try UDPSocket(
            binding: SocketAddress(address)!,
            UDPSocket.Setup(receiveBuffer: 1 << 20, sendBuffer: 1 << 20))
        let second = try UDPSocket(
            binding: first.localAddress, UDPSocket.Setup(receiveBuffer: 1 << 20, sendBuffer: 1 << 20))
        try sendFromManyPorts(to: first.localAddress)
        try second.withdraw()
        try sendFromManyPorts(to: first.localAddress)
        let counts = [receivedCount(first), receivedCount(second)]
        #expect(counts.reduce(0, +) == 200)
        // Of the first hundred some: that none is would be one chance in 2^100.
        #expect(counts[0] >= 100 && counts[1] > 0)
        try sendFromManyPorts(to: first.localAddress)
        #expect(receivedCount(second) == 0)
    }

    /// RFC 9000 §14.3: packets are not fragmented, and those that are larger than the path's known size are sent. RFC 2474.
    @Test(
        arguments: [
            (
                "127.0.0.1:0", Int32(IPPROTO_IP), [IP_MTU_DISCOVER: IP_PMTUDISC_PROBE, IP_TOS: 46 << 2]
            ),
            (
                "[::1]:0", Int32(IPPROTO_IPV6),
                [IPV6_MTU_DISCOVER: IPV6_PMTUDISC_PROBE, IPV6_TCLASS: 46 << 2, IPV6_V6ONLY: 1]
            ),
        ])
    func aSocketIsSetUp(address: String, level: Int32, options: [Int32: Int32]) throws {
        var setup = UDPSocket.Setup(receiveBuffer: 1 << 20, sendBuffer: 1 << 20)
        setup.dscp = 46
        let socket = try UDPSocket(binding: SocketAddress(address)!, setup)
        let descriptor = socket.fileDescriptor.rawValue
        for (option, expected) in options {
            var value: Int32 = -1
            var length = socklen_t(MemoryLayout<Int32>.size)
            try syscall { getsockopt(descriptor, level, option, &value, &length) }
            #expect(value == expected, "option \(option)")
        }
    }

    private func sendFromManyPorts(to address: SocketAddress) throws {
        let loopback = address.family == .ipv6 ? "[::1]" : "127.0.0.1"
        let address = SocketAddress("\(loopback):\(address.port)")!
        for _ in 0..<100 {
            let family = address.family == .ipv6 ? AF_INET6 : AF_INET
            let client = FileDescriptor(
                owning: try syscall { socket(family, Int32(SOCK_DGRAM.rawValue), 0) })
            let rawValue = client.rawValue
            try syscall { address.withSockaddr { sendto(rawValue, [1], 1, 0, $0, $1) } }
        }
    }

    private func receivedCount(_ socket: UDPSocket) -> Int {
        let batch = ReceiveBatch(capacity: 32)
        var count = 0
        while case let received = socket.receive(into: batch), received > 0 { count += received }
        return count
    }
}
