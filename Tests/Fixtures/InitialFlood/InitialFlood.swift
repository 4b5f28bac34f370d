import Glibc
import InitialPackets
import Linux
import TestSupport

/// Sends first packets of connections to a port of 127.0.0.1, each from another forged address and port of the
/// loopback network and to another connection ID: valid Initials, which cost a server a handshake that is never
/// complete.
///
///     initial-flood PORT COUNT SEED
///
/// Prints how many were sent, in how many seconds.
@main
struct InitialFlood {
    private static let ipHeaderLength = 20
    private static let udpHeaderLength = 8
    private static let initialLength = 1200

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        guard arguments.count == 3, let port = UInt16(exactly: arguments[0]) else {
            fatalError("usage: initial-flood PORT COUNT SEED")
        }
        let raw = try syscall { socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW)) }
        var random = SplitMix64(seed: arguments[2])
        let start = ContinuousClock.now
        var sent: UInt64 = 0
        while sent < arguments[1] {
            let packet = packet(to: port, using: &random)
            if try send(packet, on: raw) { sent += 1 }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("sent \(sent) in \(seconds) s")
    }

    /// - Returns: false where the kernel has no room for it.
    private static func send(_ packet: [UInt8], on raw: Int32) throws -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(raw, packet, packet.count, 0, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result >= 0 { return true }
        guard errno == ENOBUFS || errno == EAGAIN || errno == EINTR else { throw Errno(rawValue: errno) }
        return false
    }

    /// An IPv4 packet (RFC 791) with a UDP datagram (RFC 768) without checksum, which IPv4 allows.
    private static func packet(to port: UInt16, using random: inout SplitMix64) -> [UInt8] {
        let destination = withUnsafeBytes(of: random.next() as UInt64) { Array($0) }
        let initial = InitialPacket.datagram(destination: destination, count: initialLength)
        let bits: UInt64 = random.next()
        // 127.64.0.0/10, away from what others use on this host.
        let source = 0x7f40_0000 | UInt32(truncatingIfNeeded: bits) & 0x003f_ffff
        let sourcePort = UInt16(truncatingIfNeeded: bits >> 32) | 1024
        let udpLength = udpHeaderLength + initial.count
        var packet: [UInt8] = [0x45, 0]
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.bigEndian) { packet.append(contentsOf: $0) }
        }
        packet.reserveCapacity(ipHeaderLength + udpLength)
        append(UInt16(ipHeaderLength + udpLength))
        append(UInt32(0))  // identification, flags, fragment offset
        append(UInt8(64))  // time to live
        append(UInt8(IPPROTO_UDP))
        append(UInt16(0))  // the kernel computes the checksum
        append(source)
        append(UInt32(0x7f00_0001))
        append(sourcePort)
        append(port)
        append(UInt16(udpLength))
        append(UInt16(0))
        return packet + initial
    }
}
