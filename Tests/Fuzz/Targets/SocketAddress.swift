internal import Linux

/// The input is UTF-8 text.
func fuzzSocketAddress(_ bytes: UnsafeRawBufferPointer) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let address = SocketAddress(text) else { return }
    precondition(
        text.utf8.allSatisfy { "0123456789abcdefABCDEF.:[]".utf8.contains($0) }, "took text for an address")
    precondition(text.hasPrefix("[") == (address.family == .ipv6))
    // Only IPv6 has several spellings of an address.
    if address.family == .ipv4 {
        precondition(address.description.split(separator: ":")[0] == text.split(separator: ":")[0])
    }
    check(address)
}

/// The address is itself again from its description and from its octets.
func check(_ address: SocketAddress) {
    let octets = address.withAddressBytes(Array.init)
    precondition(octets.count == (address.family == .ipv6 ? 16 : 4))
    precondition(address.isWildcard == octets.allSatisfy { $0 == 0 })
    guard let rebuilt = SocketAddress(octets: octets, port: address.port, scopeID: address.scopeID) else {
        preconditionFailure("its octets are no address")
    }
    precondition(rebuilt == address && rebuilt.hashValue == address.hashValue)

    guard let reparsed = SocketAddress(address.description) else {
        preconditionFailure("its description is no address")
    }
    precondition(reparsed.description == address.description)
    // A description has no scope.
    if address.scopeID == 0 { precondition(reparsed == address) }
}
