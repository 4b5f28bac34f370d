import Linux

/// `family (4 or 6) ‖ port ‖ scope ID, if IPv6 ‖ 4 or 16 octets`
extension ByteWriter {
    mutating func write(_ address: SocketAddress) {
        switch address.family {
        case .ipv4:
            write(UInt8(4))
            write(address.port)
        case .ipv6:
            write(UInt8(6))
            write(address.port)
            write(address.scopeID)
        }
        address.withAddressBytes { for octet in $0 { write(octet) } }
    }
}

extension ByteReader {
    mutating func readAddress() throws(MalformedMessage) -> SocketAddress {
        let family = try read(UInt8.self)
        guard family == 4 || family == 6 else {
            throw .invalidValue(field: "address family", value: UInt64(family))
        }
        let port = try read(UInt16.self)
        let scopeID = family == 6 ? try read(UInt32.self) : 0
        var octets: [UInt8] = []
        for _ in 0..<(family == 6 ? 16 : 4) { octets.append(try read()) }
        return SocketAddress(octets: octets, port: port, scopeID: scopeID)!
    }
}
