package import CLinux
internal import CQUICShims
package import Linux
internal import QUICLB

/// The addresses a packet came on. It points to where they lie.
package struct NetworkPath {
    package let remote: UnsafeMutablePointer<clinux_address>
    package let local: UnsafeMutablePointer<clinux_address>

    package init(remote: UnsafeMutablePointer<clinux_address>, local: UnsafeMutablePointer<clinux_address>) {
        self.remote = remote
        self.local = local
    }

    package var remoteAddress: SocketAddress { SocketAddress(remote.pointee) }

    var ngtcp2Path: ngtcp2_path {
        ngtcp2_path(local: ngtcp2_addr(local), remote: ngtcp2_addr(remote), user_data: nil)
    }
}

extension ngtcp2_addr {
    fileprivate init(_ address: UnsafeMutablePointer<clinux_address>) {
        // The union of addresses is the first member.
        let sockaddr = UnsafeMutableRawPointer(address).assumingMemoryBound(to: sockaddr.self)
        self.init(addr: sockaddr, addrlen: address.pointee.length)
    }
}

extension clinux_address {
    init(_ address: ngtcp2_addr) {
        self = clinux_address_make(address.addr, address.addrlen)
    }
}

extension SocketAddress {
    init(_ address: ngtcp2_addr) {
        self.init(clinux_address(address))
    }
}

extension ngtcp2_cid {
    init(_ id: ConnectionID) {
        self.init()
        id.withUnsafeBytes { octets in
            ngtcp2_cid_init(&self, octets.baseAddress?.assumingMemoryBound(to: UInt8.self), octets.count)
        }
    }
}

extension ConnectionID {
    init(_ id: ngtcp2_cid) {
        var id = id
        let count = id.datalen
        self = Swift.withUnsafeBytes(of: &id.data) {
            ConnectionID(UnsafeRawBufferPointer(rebasing: $0[..<count]))!
        }
    }
}
