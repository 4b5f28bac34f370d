/// A connection ID that the pool gave, in the plaintext layout: first octet, host ID, slot, nonce.
struct ServerConnectionID: Decodable, Hashable, Sendable {
    let hexadecimal: String

    init(from decoder: any Decoder) throws {
        hexadecimal = try decoder.singleValueContainer().decode(String?.self) ?? ""
    }

    /// The slot it encodes; nil where the ID is not of the tests' host.
    var slot: Int? {
        let server = hexadecimal.dropFirst(2)
        guard server.hasPrefix(DroverProcess.hostID) else { return nil }
        return Int(server.dropFirst(DroverProcess.hostID.count).prefix(2), radix: 16)
    }
}
