package import JSONText
import Linux
import QUICLB

extension LoadBalancerConfiguration {
    /// The module `ietf-quic-lb-middlebox` of draft-ietf-quic-load-balancers-21, appendix A, as JSON (RFC 7951).
    ///
    /// The model's `config-rotation-bits` are 0 to 2, from a draft that had two bits for them. They are 0 to 6
    /// here, as the draft's §3.1 has it.
    package func yang() throws(LoadBalancerFormatError) -> JSON {
        let mapping: JSON = [
            "server-id": .string(Self.hexString(hostID.octets)),
            "server-address": .string(try address().host),
        ]
        let configurations = configurations.map { Self.yang($0, mapping: mapping) }
        return ["ietf-quic-lb-middlebox:quic-lb": ["cid-configs": .array(configurations)]]
    }

    private static func yang(_ configuration: Configuration, mapping: JSON) -> JSON {
        var members: [JSON.Member] = [
            .init("config-rotation-bits", .number(Int(configuration.id.rawValue))),
            .init("server-id-length", .number(configuration.serverIDLength)),
        ]
        if let key = configuration.key { members.append(.init("cid-key", .string(hexString(key.octets)))) }
        members.append(.init("nonce-length", .number(configuration.nonceLength)))
        members.append(.init("server-id-mappings", [mapping]))
        return .object(members)
    }

    /// The type `hex-string` of RFC 6991: colons between octets.
    private static func hexString(_ octets: [UInt8]) -> String {
        octets.map { Hexadecimal.encode([$0]) }.joined(separator: ":")
    }

    /// The address of the host.
    ///
    /// - Throws: where it is not one.
    func address() throws(LoadBalancerFormatError) -> SocketAddress {
        guard let address = addresses.first, addresses.count == 1 else {
            throw .addressCount(addresses.count)
        }
        guard !address.isWildcard else { throw .wildcardAddress }
        return address
    }
}
