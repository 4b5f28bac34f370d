import Glibc
import Linux
import Testing

@Suite struct SendQueueTests {
    /// A socket of UDP-Lite: the kernel refuses it trains with EIO, as it does where a device cannot do their checksums.
    private func makeSocket() throws -> FileDescriptor {
        let lite: Int32 = 136
        let descriptor = FileDescriptor(
            owning: try syscall { socket(AF_INET, Int32(SOCK_DGRAM.rawValue), lite) })
        let rawValue = descriptor.rawValue
        let address = SocketAddress("127.0.0.1:0")!
        try syscall { address.withSockaddr { bind(rawValue, $0, $1) } }
        return descriptor
    }

    @Test func singleDatagramsTakeThePlaceOfATrainThatIsRefused() throws {
        let sender = try makeSocket()
        let receiver = try makeSocket()
        let (from, to) = (sender.rawValue, receiver.rawValue)
        let address = try SocketAddress { getsockname(to, $0, $1) }
        let queue = SendQueue(descriptor: from, setsSource: false, capacity: 1 << 16)
        func send(_ datagrams: [[UInt8]]) throws {
            for datagram in datagrams {
                try #require(queue.space(for: datagram.count))
                    .copyMemory(from: datagram, byteCount: datagram.count)
                queue.append(
                    count: datagram.count, remote: address.storage, local: address.storage, ecn: 0)
            }
            queue.flush()
        }
        let datagrams = [1, 2, 3].map { [UInt8](repeating: $0, count: 1000) } + [[4, 4, 4]]
        // The second time it does not try a train any more.
        for fallbacks: UInt64 in [1, 0] {
            try send(datagrams)
            let counts = queue.takeCounts()
            #expect(counts.segmentationFallbacks == fallbacks)
            #expect(counts.datagrams == 4 && counts.octets == 3003 && counts.refused == 0)
            for datagram in datagrams {
                var octets = [UInt8](repeating: 0, count: 2000)
                let count = try syscall { recv(to, &octets, octets.count, Int32(MSG_DONTWAIT)) }
                #expect(Array(octets[..<count]) == datagram)
            }
        }
    }
}
