/// The secrets that all workers of a pool share, so that one recognises what another gave out.
package struct PoolSecrets: Hashable, Sendable {
    /// The key of stateless reset tokens, `resetSecretLength` octets.
    package var resetSecret: [UInt8]
    /// The keys of session tickets, newest first: name (16) ‖ HMAC key (32) ‖ AES key (32).
    package var ticketKeys: [[UInt8]]
    /// The keys of address-validation tokens, newest first.
    package var tokenKeys: [TokenKey]

    package static let resetSecretLength = 32
    package static let ticketKeyLength = 80

    package init(resetSecret: [UInt8], ticketKeys: [[UInt8]], tokenKeys: [TokenKey]) {
        self.resetSecret = resetSecret
        self.ticketKeys = ticketKeys
        self.tokenKeys = tokenKeys
    }
}

/// A key of address-validation tokens, with the number by which a token names it.
package struct TokenKey: Hashable, Sendable {
    package var id: UInt8
    /// `length` octets, of AES-128-GCM.
    package var octets: [UInt8]

    package static let length = 16

    package init(id: UInt8, octets: [UInt8]) {
        self.id = id
        self.octets = octets
    }
}

extension ByteWriter {
    mutating func write(_ secrets: PoolSecrets) {
        write(secrets.resetSecret)
        write(secrets.ticketKeys) { $0.write($1) }
        write(secrets.tokenKeys) { writer, key in
            writer.write(key.id)
            writer.write(key.octets)
        }
    }
}

extension ByteReader {
    mutating func readSecrets() throws(MalformedMessage) -> PoolSecrets {
        let secrets = PoolSecrets(
            resetSecret: try readKey("reset secret", count: PoolSecrets.resetSecretLength),
            ticketKeys: try readList { reader throws(MalformedMessage) in
                try reader.readKey("ticket key", count: PoolSecrets.ticketKeyLength)
            },
            tokenKeys: try readList { reader throws(MalformedMessage) in
                TokenKey(
                    id: try reader.read(), octets: try reader.readKey("token key", count: TokenKey.length))
            })
        guard !secrets.ticketKeys.isEmpty, !secrets.tokenKeys.isEmpty else {
            throw .invalidLength(field: "list of keys", count: 0)
        }
        return secrets
    }

    private mutating func readKey(_ field: String, count: Int) throws(MalformedMessage) -> [UInt8] {
        let octets = try readOctets()
        guard octets.count == count else { throw .invalidLength(field: field, count: octets.count) }
        return octets
    }
}
