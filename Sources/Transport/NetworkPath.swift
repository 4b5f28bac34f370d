package import CLinux
internal import CQUICShims
package import Linux
internal import QUICLB

/// The addresses a packet came on, or is to go on, and the socket. It points to where the addresses lie.
package struct NetworkPath {
    package let remote: UnsafeMutablePointer<clinux_address>
    package let local: UnsafeMutablePointer<clinux_address>
    /// Of the socket that `local` is the address of; it outlives the connections that use the path.
    package let queue: SendQueue

    package init(
        remote: UnsafeMutablePointer<clinux_address>, local: UnsafeMutablePointer<clinux_address>,
        queue: SendQueue
    ) {
        self.remote = remote
        self.local = local
        self.queue = queue
    }

    /// Calls `body` with the path between two addresses.
    package static func between<Result>(
        _ local: SocketAddress, _ remote: SocketAddress, queue: SendQueue,
        _ body: (NetworkPath) throws -> Result
    ) rethrows -> Result {
        var (local, remote) = (local.storage, remote.storage)
        return try withUnsafeMutablePointer(to: &local) { local in
            try withUnsafeMutablePointer(to: &remote) { remote in
                try body(NetworkPath(remote: remote, local: local, queue: queue))
            }
        }
    }

    package var remoteAddress: SocketAddress { SocketAddress(remote.pointee) }

    var ngtcp2Path: ngtcp2_path {
        ngtcp2_path(
            local: ngtcp2_addr(local), remote: ngtcp2_addr(remote),
            user_data: Unmanaged.passUnretained(queue).toOpaque())
    }
}

extension ngtcp2_path {
    /// Of the socket where it begins: ngtcp2 keeps with a path what came with it.
    var queue: SendQueue { Unmanaged<SendQueue>.fromOpaque(user_data).takeUnretainedValue() }
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
