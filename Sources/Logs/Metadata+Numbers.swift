package import Logging

extension Logger.MetadataValue {
    /// A number in JSON, too.
    package static func number(_ value: some BinaryInteger & Sendable) -> Logger.MetadataValue {
        .stringConvertible(value)
    }
}

extension Logger.Metadata {
    package static func counters(_ counters: [String: UInt64]) -> Logger.Metadata {
        counters.mapValues { .number($0) }
    }
}
