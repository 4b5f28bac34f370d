import CLinux
import Linux
import Testing

@testable import Listener

@Suite struct ForwardedDatagramTests {
    private static let pairs = [
        ("192.0.2.1:1", "198.51.100.7:65535"), ("[2001:db8::1]:4433", "[::1]:443"),
    ]

    private func encoded(_ remote: String, _ local: String, octets: [UInt8]) -> [UInt8] {
        octets.withUnsafeBytes { octets in
            let datagram = ForwardedDatagram(
                addressIndex: 258, remote: SocketAddress(remote)!.storage,
                local: SocketAddress(local)!.storage, ecn: 2, octets: octets)
            var bytes = [UInt8](repeating: 0xee, count: datagram.encodedCount)
            bytes.withUnsafeMutableBytes { datagram.write(to: $0) }
            return bytes
        }
    }

    @Test("what is written is read", arguments: pairs)
    func roundTrip(remote: String, local: String) throws {
        let message =
            [1] + encoded(remote, local, octets: [9, 8, 7]) + encoded(local, remote, octets: [6])
        try message.withUnsafeBytes { message in
            var batch = try #require(ForwardingBatch(message))
            let datagrams = [batch.next(), batch.next()]
            let first = try #require(datagrams[0])
            #expect(first.addressIndex == 258)
            #expect(SocketAddress(first.remote) == SocketAddress(remote))
            #expect(SocketAddress(first.local) == SocketAddress(local))
            #expect(first.ecn == 2)
            #expect(Array(first.octets) == [9, 8, 7])
            let second = try #require(datagrams[1])
            #expect(SocketAddress(second.remote) == SocketAddress(local))
            #expect(Array(second.octets) == [6])
            #expect(batch.isAtEnd)
            let end = batch.next() == nil
            #expect(end)
        }
    }

    @Test("the longest datagram takes no more than is said")
    func longest() {
        let octets = [UInt8](repeating: 1, count: Int(UInt16.max))
        #expect(encoded("[::1]:1", "[::1]:2", octets: octets).count == ForwardedDatagram.maximumCount)
    }

    @Test("every shorter beginning is refused", arguments: pairs)
    func truncated(remote: String, local: String) {
        let bytes = encoded(remote, local, octets: [9, 8, 7])
        for count in 0..<bytes.count { #expect(!isRead(Array(bytes.prefix(count))), "\(count) octets") }
        #expect(isRead(bytes))
    }

    @Test("what no worker writes is refused", arguments: pairs)
    func malformed(remote: String, local: String) {
        let bytes = encoded(remote, local, octets: [9, 8, 7])
        // Hop count, ECN, the datagram's length (none, too long), the addresses' length, their families.
        let changes: [(Int, UInt8)] = [
            (0, 0), (0, 2), (1, 4), (5, 0), (4, 1), (7, 15), (7, 27), (6, 1), (8, 1),
            (8 + (bytes.count - 11) / 2, 0),
        ]
        for (index, octet) in changes {
            var changed = bytes
            changed[index] = octet
            #expect(!isRead(changed), "octet \(index) is \(octet)")
        }
    }

    @Test("a message of another version, or of nothing, is no batch")
    func version() {
        for message in [[], [0], [2]] as [[UInt8]] {
            #expect(message.withUnsafeBytes { ForwardingBatch($0) == nil })
        }
    }

    private func isRead(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            let datagram = ForwardedDatagram(takenFrom: &rest)
            #expect(rest.count == (datagram == nil ? bytes.count : 0))
            return datagram != nil
        }
    }
}
