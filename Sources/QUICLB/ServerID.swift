/// A numbered place for a worker in the pool, 0 to 255. It outlives the worker process in it.
public struct Slot: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}

extension Slot: CustomStringConvertible, Comparable {
    public var description: String { String(rawValue) }

    public static func < (left: Slot, right: Slot) -> Bool { left.rawValue < right.rawValue }
}

/// The server-ID octets that a load balancer routes on; the same for the whole pool. 1 to 14 octets.
public struct HostID: Hashable, Sendable {
    /// The longest host ID: a server ID has at most 15 octets, and the slot is one of them.
    public static let maximumLength = 14

    public let octets: [UInt8]

    /// The host ID with these octets, or nil if there are none or more than 14.
    public init?(_ octets: [UInt8]) {
        guard (1...Self.maximumLength).contains(octets.count) else { return nil }
        self.octets = octets
    }
}

extension HostID: CustomStringConvertible {
    /// The octets in lowercase hexadecimal.
    public var description: String { Hexadecimal.encode(octets) }
}

/// What a connection ID encodes: 1 to 15 octets, held inline. A pool's are its host ID, then the slot.
public struct ServerID: Hashable, Sendable {
    /// The octets from the first on, zero beyond `count`.
    let words: Words
    private let length: UInt8

    init(words: Words, count: Int) {
        self.words = words
        length = UInt8(truncatingIfNeeded: count)
    }

    /// The server ID with these octets, or nil where there are not 1 to 15 of them.
    public init?(_ octets: some Collection<UInt8>) {
        guard Configuration.serverIDLengths.contains(octets.count) else { return nil }
        self.init(words: Words(octets), count: octets.count)
    }

    /// The server ID of a slot.
    public init(host: HostID, slot: Slot) {
        self.init(words: Words(host.octets + [slot.rawValue]), count: host.octets.count + 1)
    }

    /// The number of octets, 1 to 15.
    public var count: Int { Int(length) }

    /// Calls `body` with the octets.
    public func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try words.withUnsafeBytes(count: count, body)
    }
}

extension ServerID: CustomStringConvertible {
    /// The octets in lowercase hexadecimal.
    public var description: String {
        withUnsafeBytes { Hexadecimal.encode($0) }
    }
}
