package import CLinux
private import Glibc

/// A datagram on its way from the worker that received it to the one it belongs to.
///
/// ```
/// hop count (1) | ECN (1) | address index (2) | datagram's length (2) | addresses' length (2)
/// | remote sockaddr | local sockaddr | datagram
/// ```
///
/// Numbers are big-endian; the addresses are as the kernel has them, which both ends run on.
package struct ForwardedDatagram {
    /// A datagram is forwarded once: a worker that gets one for another slot drops it.
    private static let hopCount: UInt8 = 1
    private static let headerLength = 8
    private static let ipv4Length = MemoryLayout<sockaddr_in>.size
    private static let ipv6Length = MemoryLayout<sockaddr_in6>.size

    /// The most octets that one takes, its longest datagram included.
    package static let maximumCount = headerLength + 2 * ipv6Length + Int(UInt16.max)

    /// Which of the pool's addresses it came to.
    package let addressIndex: UInt16
    /// The sender.
    package let remote: clinux_address
    /// Where it was sent to; of the same family.
    package let local: clinux_address
    /// The ECN field, 0 to 3.
    package let ecn: UInt8
    /// 1 to 65,535 octets.
    package let octets: UnsafeRawBufferPointer

    package init(
        addressIndex: UInt16, remote: clinux_address, local: clinux_address, ecn: UInt8,
        octets: UnsafeRawBufferPointer
    ) {
        self.addressIndex = addressIndex
        self.remote = remote
        self.local = local
        self.ecn = ecn
        self.octets = octets
    }

    /// How many octets `write` writes.
    package var encodedCount: Int { Self.headerLength + 2 * Int(remote.length) + octets.count }

    /// Writes it to `encodedCount` octets.
    package func write(to buffer: UnsafeMutableRawBufferPointer) {
        buffer[0] = Self.hopCount
        buffer[1] = ecn
        buffer.storeBytes(of: addressIndex.bigEndian, toByteOffset: 2, as: UInt16.self)
        buffer.storeBytes(of: UInt16(octets.count).bigEndian, toByteOffset: 4, as: UInt16.self)
        buffer.storeBytes(of: UInt16(remote.length).bigEndian, toByteOffset: 6, as: UInt16.self)
        var end = Self.headerLength
        Self.write(remote, to: buffer, at: &end)
        Self.write(local, to: buffer, at: &end)
        buffer.baseAddress!.advanced(by: end).copyMemory(from: octets.baseAddress!, byteCount: octets.count)
    }

    private static func write(
        _ address: clinux_address, to buffer: UnsafeMutableRawBufferPointer, at offset: inout Int
    ) {
        let length = Int(address.length)
        withUnsafeBytes(of: address) { bytes in
            buffer.baseAddress!.advanced(by: offset)
                .copyMemory(from: bytes.baseAddress!, byteCount: length)
        }
        offset += length
    }

    /// Reads one from the front of `rest`; nil, and nothing is taken, where that is none.
    package init?(takenFrom rest: inout UnsafeRawBufferPointer) {
        guard rest.count > Self.headerLength, rest[0] == Self.hopCount, rest[1] <= 3 else { return nil }
        let count = Int(Self.readUInt16(rest, at: 4))
        let addressLength = Int(Self.readUInt16(rest, at: 6))
        let start = Self.headerLength + 2 * addressLength
        guard count > 0, rest.count >= start + count,
            let remote = Self.address(rest, at: Self.headerLength, length: addressLength),
            let local = Self.address(rest, at: Self.headerLength + addressLength, length: addressLength)
        else { return nil }
        addressIndex = Self.readUInt16(rest, at: 2)
        self.remote = remote
        self.local = local
        ecn = rest[1]
        octets = UnsafeRawBufferPointer(rebasing: rest[start..<start + count])
        rest = UnsafeRawBufferPointer(rebasing: rest[(start + count)...])
    }

    private static func readUInt16(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt16 {
        UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The address in `length` octets; nil where no family has that length, or it is of another family.
    private static func address(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, length: Int
    ) -> clinux_address? {
        var address = clinux_address()
        guard length == ipv4Length || length == ipv6Length else { return nil }
        withUnsafeMutableBytes(of: &address) { storage in
            storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
        }
        address.length = socklen_t(length)
        let family = length == ipv4Length ? AF_INET : AF_INET6
        return address.any.sa_family == sa_family_t(family) ? address : nil
    }
}
