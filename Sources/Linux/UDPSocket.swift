private import CLinux
private import Glibc

/// A bound UDP socket, with the options that QUIC wants: destination address and ECN with each
/// datagram, GRO, path MTU probing, overflow counts.
package final class UDPSocket {
    package let fileDescriptor: FileDescriptor
    /// The address it is bound to, with its real port.
    package let localAddress: SocketAddress

    /// How a socket is set up.
    package struct Setup: Sendable {
        /// Octets of the kernel's buffers to ask for: past the system's limit where the process may (CAP_NET_ADMIN), else
        /// up to it.
        package var receiveBuffer: Int32
        package var sendBuffer: Int32
        /// Whether other sockets share the address (SO_REUSEPORT).
        package var sharesAddress = true
        /// Whether the kernel may hand over trains. All members of a group have it or none.
        package var receivesTrains = true
        /// The differentiated services codepoint of what is sent, 0 to 63.
        package var dscp: UInt8 = 0

        package init(receiveBuffer: Int32, sendBuffer: Int32) {
            self.receiveBuffer = receiveBuffer
            self.sendBuffer = sendBuffer
        }
    }

    /// Binds `address`.
    package convenience init(binding address: SocketAddress, _ setup: Setup) throws(Errno) {
        try self.init(adopting: Self.open(address, setup))
    }

    private static func open(_ address: SocketAddress, _ setup: Setup) throws(Errno) -> FileDescriptor {
        let family = address.family == .ipv6 ? AF_INET6 : AF_INET
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = FileDescriptor(owning: try syscall { socket(family, type, 0) })
        let rawValue = descriptor.rawValue
        if setup.sharesAddress { try set(rawValue, SOL_SOCKET, SO_REUSEPORT, 1) }
        if address.family == .ipv6 { try set(rawValue, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        try apply(setup, to: rawValue, address.family)
        try syscall { address.withSockaddr { bind(rawValue, $0, $1) } }
        return descriptor
    }

    /// Sets a socket up that another process did, as that may have been told otherwise.
    package func apply(_ setup: Setup) throws(Errno) {
        try Self.apply(setup, to: fileDescriptor.rawValue, localAddress.family)
    }

    /// What can be set of a socket at any time.
    private static func apply(
        _ setup: Setup, to rawValue: Int32, _ family: SocketAddress.Family
    ) throws(Errno) {
        try set(rawValue, SOL_SOCKET, SO_RXQ_OVFL, 1)
        try setBuffer(rawValue, SO_RCVBUFFORCE, else: SO_RCVBUF, setup.receiveBuffer)
        try setBuffer(rawValue, SO_SNDBUFFORCE, else: SO_SNDBUF, setup.sendBuffer)
        let trafficClass = Int32(setup.dscp) << 2
        switch family {
        case .ipv4:
            try set(rawValue, Int32(IPPROTO_IP), IP_TOS, trafficClass)
            try set(rawValue, Int32(IPPROTO_IP), IP_PKTINFO, 1)
            try set(rawValue, Int32(IPPROTO_IP), IP_RECVTOS, 1)
            try set(rawValue, Int32(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_PROBE)
        case .ipv6:
            try set(rawValue, Int32(IPPROTO_IPV6), IPV6_TCLASS, trafficClass)
            try set(rawValue, Int32(IPPROTO_IPV6), IPV6_RECVPKTINFO, 1)
            try set(rawValue, Int32(IPPROTO_IPV6), IPV6_RECVTCLASS, 1)
            try set(rawValue, Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE)
        }
        // A kernel without it refuses all members of the group.
        _ = try? set(rawValue, SOL_UDP, UDP_GRO, setup.receivesTrains ? 1 : 0)
    }

    /// Takes over a socket that another process bound and set up.
    package init(adopting descriptor: consuming FileDescriptor) throws(Errno) {
        let rawValue = descriptor.rawValue
        localAddress = try SocketAddress { getsockname(rawValue, $0, $1) }
        fileDescriptor = descriptor
    }

    private static func set(
        _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) throws(Errno) {
        var value = value
        try syscall { setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) }
    }

    private static func setBuffer(
        _ descriptor: Int32, _ forced: Int32, else limited: Int32, _ octets: Int32
    ) throws(Errno) {
        do {
            try set(descriptor, SOL_SOCKET, forced, octets)
        } catch Errno.notPermitted {
            try set(descriptor, SOL_SOCKET, limited, octets)
        }
    }

    /// Leaves its group: the kernel's hash, where that chooses among the sockets of the address, passes over those
    /// that are connected. What was received stays, and it can send to any address.
    package func withdraw() throws(Errno) {
        // To itself, as nobody sends from there.
        let loopback = localAddress.family == .ipv6 ? "[::1]" : "127.0.0.1"
        let peer = localAddress.isWildcard ? SocketAddress("\(loopback):\(localAddress.port)")! : localAddress
        let rawValue = fileDescriptor.rawValue
        try syscall { peer.withSockaddr { connect(rawValue, $0, $1) } }
    }

    /// Has another port from now on, as behind a NAT that forgot the old one; `localAddress` does not tell. The caller
    /// watches the descriptor anew.
    package func changePort(_ setup: Setup) throws(Errno) {
        var address = localAddress
        address.port = 0
        let new = try Self.open(address, setup)
        let (from, to) = (new.rawValue, fileDescriptor.rawValue)
        try syscall { clinux_replace_descriptor(from, to) }
    }

    /// The host's own address, with port 0, from which packets go to `remote`.
    package static func source(towards remote: SocketAddress) throws(Errno) -> SocketAddress {
        let family = remote.family == .ipv6 ? AF_INET6 : AF_INET
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = FileDescriptor(owning: try syscall { socket(family, type, 0) })
        let rawValue = descriptor.rawValue
        try syscall { remote.withSockaddr { connect(rawValue, $0, $1) } }
        var source = try SocketAddress { getsockname(rawValue, $0, $1) }
        source.port = 0
        return source
    }

    // MARK: Receiving

    /// Receives what is there, up to the batch's size.
    ///
    /// - Returns: the number of messages in the batch; 0 where there are none, or only an error that an earlier
    ///   datagram's ICMP answer left on the socket.
    package func receive(into batch: ReceiveBatch) -> Int {
        let count = clinux_receive(fileDescriptor.rawValue, batch.buffers, batch.received, &batch.overflows)
        return max(0, Int(count))
    }

    /// Fills in what the kernel does not tell with a message: the port it came to, and the address where the
    /// socket is bound to one.
    package func completeLocalAddress(of message: ReceivedMessage) {
        if message.local.pointee.length == 0 {
            message.local.pointee = localAddress.storage
        } else if message.local.pointee.any.sa_family == sa_family_t(AF_INET6) {
            message.local.pointee.ipv6.sin6_port = localAddress.storage.ipv6.sin6_port
        } else {
            message.local.pointee.ipv4.sin_port = localAddress.storage.ipv4.sin_port
        }
    }
}
