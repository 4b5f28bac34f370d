private import FoundationEssentials

// Records are kept as JSON; what JSON cannot have, large numbers and octets, is in hexadecimal.
extension StateRecord {
    static func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            return Array(try encoder.encode(value)) + [0x0a]
        } catch {
            preconditionFailure("plain values can be encoded: \(error)")
        }
    }

    /// Nil where the octets are no such value.
    static func value<Value: Decodable>(_: Value.Type, inJSON octets: [UInt8]) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(octets))
    }
}
