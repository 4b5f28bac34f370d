/// Why octets are not a message of the worker channel.
package enum MalformedMessage: Error, Hashable, Sendable {
    /// The message ends before what it announces.
    case truncated
    /// Octets follow the message.
    case excess(count: Int)
    /// The other process is of another release.
    case unknownVersion(UInt8)
    case unknownKind(UInt8)
    case invalidText
    case invalidValue(field: String, value: UInt64)
    case invalidLength(field: String, count: Int)
}

extension MalformedMessage: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "it is truncated"
        case .excess(let count): "\(count) octets follow it"
        case .unknownVersion(let version): "its version is \(version), not \(MessageHeader.version)"
        case .unknownKind(let kind): "it has the unknown kind \(kind)"
        case .invalidText: "a text in it is not UTF-8"
        case .invalidValue(let field, let value): "its \(field) cannot be \(value)"
        case .invalidLength(let field, let count): "its \(field) cannot have \(count) octets"
        }
    }
}
