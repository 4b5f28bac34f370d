/// Several configurations at once, each with a codepoint of its own: while keys are rotated, connection IDs of the
/// old and of the new one are in use.
public struct Configurations: Hashable, Sendable {
    /// By codepoint.
    private var byID: [Configuration?] = Array(repeating: nil, count: Int(ConfigurationID.unroutable))

    /// - Throws: `duplicateID` where two have the same codepoint.
    public init(_ configurations: some Sequence<Configuration>) throws(ConfigurationError) {
        for configuration in configurations {
            guard self[configuration.id] == nil else { throw .duplicateID(configuration.id) }
            byID[Int(configuration.id.rawValue)] = configuration
        }
    }

    public subscript(id: ConfigurationID) -> Configuration? { byID[Int(id.rawValue)] }

    /// What a connection ID says under the configuration that its codepoint names, or why it says nothing.
    public func decode(_ id: ConnectionID) -> Result<DecodedConnectionID, UndecodableConnectionID> {
        guard id.count > 0 else { return .failure(.empty) }
        guard let codepoint = ConfigurationID(rawValue: id.firstOctet >> 5) else {
            return .failure(.unroutable)
        }
        guard let configuration = self[codepoint] else { return .failure(.otherConfiguration(codepoint)) }
        return configuration.decode(id)
    }
}
