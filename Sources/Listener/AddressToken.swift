internal import CLinux
private import Glibc
package import QUICLB

/// What a client shows to prove that it received at its address (RFC 9000 §8.1): the server's own note, sealed.
///
/// ```
/// kind (1) | key ID (1) | nonce (12) | sealed: time of issue (8), original destination ID (0 to 20) | tag (16)
/// ```
///
/// The address is not in it: it is authenticated with it, with the port and the Retry's source ID where it is a
/// Retry's.
package enum AddressToken {
    package enum Kind: UInt8, Sendable {
        /// Of a Retry packet: for the next Initial, from the same address and port.
        case retry = 0x52
        /// Of a NEW_TOKEN frame: for a later connection, from the same address.
        case newToken = 0x4e
    }

    static let headerLength = 2
    static let nonceLength = 12
    static let timeLength = 8
    static let tagLength = 16
    static let overhead = headerLength + nonceLength + timeLength + tagLength

    /// The longest, in octets.
    package static let maximumLength = overhead + ConnectionID.maximumLength

    /// What a token of ours says.
    package struct Contents: Hashable, Sendable {
        package let kind: Kind
        /// Milliseconds since 1970.
        package let issued: UInt64
        /// What tells it from all others.
        package let nonce: TokenNonce
        /// What the client's first Initial was sent to; of a Retry's.
        package let originalDestination: ConnectionID
    }

    /// What a token is bound to: the address, with the port where it is a Retry's.
    ///
    /// - Returns: the octets written, at most `maximumBindingLength`.
    static func writeBinding(
        _ kind: Kind, _ address: clinux_address, _ retrySource: ConnectionID,
        to buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        var rest = buffer[...]
        let isIPv4 = address.length == socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeBytes(of: isIPv4 ? UInt8(4) : 16) { append($0, to: &rest) }
        if isIPv4 {
            withUnsafeBytes(of: address.ipv4.sin_addr) { append($0, to: &rest) }
        } else {
            withUnsafeBytes(of: address.ipv6.sin6_addr) { append($0, to: &rest) }
        }
        if kind == .retry {
            let port = isIPv4 ? address.ipv4.sin_port : address.ipv6.sin6_port
            withUnsafeBytes(of: port) { append($0, to: &rest) }
            retrySource.withUnsafeBytes { append($0, to: &rest) }
        }
        return rest.startIndex
    }

    private static func append(
        _ octets: UnsafeRawBufferPointer, to rest: inout Slice<UnsafeMutableRawBufferPointer>
    ) {
        UnsafeMutableRawBufferPointer(rebasing: rest).copyMemory(from: octets)
        rest = rest.dropFirst(octets.count)
    }

    static let maximumBindingLength = 1 + 16 + 2 + ConnectionID.maximumLength
}

/// A token's nonce: no two tokens under one key have the same.
package struct TokenNonce: Hashable, Sendable {
    /// Chosen by a worker when it starts, 48 bits, then the number of the token.
    let prefix: UInt64
    let number: UInt64

    /// - Parameter octets: `AddressToken.nonceLength`.
    init(_ octets: UnsafeRawBufferPointer) {
        let first = UInt64(bigEndian: octets.loadUnaligned(as: UInt64.self))
        let last = UInt64(bigEndian: octets.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
        prefix = first >> 16
        number = last & 0xffff_ffff_ffff
    }

    init(prefix: UInt64, number: UInt64) {
        self.prefix = prefix & 0xffff_ffff_ffff
        self.number = number & 0xffff_ffff_ffff
    }

    func write(to octets: UnsafeMutableRawBufferPointer) {
        octets.storeBytes(of: (prefix << 16 | number >> 32).bigEndian, as: UInt64.self)
        octets.storeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian, toByteOffset: 8, as: UInt32.self)
    }
}
