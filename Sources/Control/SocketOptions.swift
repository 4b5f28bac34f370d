/// How the pool's sockets are set up.
public struct SocketOptions: Hashable, Sendable {
    /// The kernel's receive buffer of each socket in octets, 64 KiB to 1 GiB: past net.core.rmem_max where the process may
    /// (CAP_NET_ADMIN), else up to that. The kernel's own default loses bursts of first packets. Default: 4 MiB.
    public var receiveBuffer: UInt32 = 4 << 20
    /// The send buffer, likewise, with net.core.wmem_max. Default: 2 MiB.
    public var sendBuffer: UInt32 = 2 << 20
    /// Whether trains of datagrams go to the kernel in one piece (UDP_SEGMENT). Where a device refuses, single datagrams
    /// take their place. Default: yes.
    public var sendsTrains = true
    /// Whether the kernel may hand over trains (UDP_GRO). Default: yes.
    public var receivesTrains = true
    /// Messages that one turn takes from a socket, 1 to 1,024. Each takes 64 KiB of memory; where trains are not received,
    /// 2 KiB, or the longest UDP payload where that is longer. Default: 32.
    public var batchSize: UInt16 = 32
    /// The differentiated services codepoint of what is sent, 0 to 63 (RFC 2474). Default: 0.
    public var dscp: UInt8 = 0

    public init() {}
}

extension SocketOptions {
    func check() throws(StartupFailure) {
        try OptionRange("--receive-buffer", 64 << 10...1 << 30).check(receiveBuffer)
        try OptionRange("--send-buffer", 64 << 10...1 << 30).check(sendBuffer)
        try OptionRange("--batch", 1...1024).check(batchSize)
        try OptionRange("--dscp", 0...63).check(dscp)
    }
}

extension SocketOptions: MessageFields {
    mutating func visit(_ fields: inout some FieldVisitor) throws(MalformedMessage) {
        try fields.visit(&receiveBuffer)
        try fields.visit(&sendBuffer)
        try fields.visit(&sendsTrains)
        try fields.visit(&receivesTrains)
        try fields.visit(&batchSize)
        try fields.visit(&dscp)
    }
}
