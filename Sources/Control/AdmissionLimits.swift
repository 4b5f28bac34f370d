/// What a pool takes on at most. A client that is refused learns it: CONNECTION_REFUSED (RFC 9000 §20.1), 1,000 times a
/// second in each worker at most, as it may be sent to a forged address.
public struct AdmissionLimits: Hashable, Sendable {
    /// Connections of a worker, those that are closing included, 1 to 1,000,000. Default: 100,000.
    public var connectionsPerWorker: UInt64 = 100_000
    /// Connections of the whole pool, 1 to 100,000,000; nil: no limit but the workers'. Workers that accept at the same
    /// moment may exceed it by one each. Default: nil.
    public var connections: UInt64?
    /// Connections from one IPv4 address, or one IPv6 network of 64 bits, in each worker, 1 to 1,000,000; nil: no
    /// limit. Default: nil.
    public var connectionsPerAddress: UInt64?
    /// Connections of a worker whose handshake is not complete, 1 to 100,000. Each costs some 90 KB. Default: 2,000.
    public var halfOpen: UInt64 = 2_000

    public init() {}
}

extension AdmissionLimits {
    func check() throws(StartupFailure) {
        try OptionRange("--worker-connections", 1...1_000_000).check(connectionsPerWorker)
        if let connections { try OptionRange("--connections", 1...100_000_000).check(connections) }
        if let connectionsPerAddress {
            try OptionRange("--address-connections", 1...1_000_000).check(connectionsPerAddress)
        }
        try OptionRange("--half-open", 1...100_000).check(halfOpen)
    }
}

extension AdmissionLimits: MessageFields {
    mutating func visit(_ fields: inout some FieldVisitor) throws(MalformedMessage) {
        try fields.visit(&connectionsPerWorker)
        try fields.visit(&connections)
        try fields.visit(&connectionsPerAddress)
        try fields.visit(&halfOpen)
    }
}
