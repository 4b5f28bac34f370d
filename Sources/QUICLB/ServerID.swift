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

/// What a connection ID encodes: the host ID and the slot.
public struct ServerID: Hashable, Sendable {
    public let host: HostID
    public let slot: Slot

    public init(host: HostID, slot: Slot) {
        self.host = host
        self.slot = slot
    }
}
