/// The codepoint of a configuration, 0 to 6: the first three bits of the connection IDs made by it.
///
/// A new configuration takes another codepoint, so that IDs made by the old one can be told from
/// its own while both are in use.
public struct ConfigurationID: RawRepresentable, Hashable, Sendable {
    /// The codepoint that no configuration has: the ID cannot be routed.
    public static let unroutable: UInt8 = 7

    public let rawValue: UInt8

    /// The codepoint with this value, or nil where it is 7 or more.
    public init?(rawValue: UInt8) {
        guard rawValue < Self.unroutable else { return nil }
        self.rawValue = rawValue
    }
}

extension ConfigurationID: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
