/// What the pool is in TLS.
package struct TLSOptions: Hashable, Sendable {
    /// A certificate chain, the host's own first, and its private key, each in PEM or DER.
    package struct Credentials: Hashable, Sendable {
        package var chain: [UInt8]
        package var privateKey: [UInt8]

        package init(chain: [UInt8], privateKey: [UInt8]) {
            self.chain = chain
            self.privateKey = privateKey
        }
    }

    package enum ClientCertificates: String, CaseIterable, Sendable {
        case off, optional, required
    }

    package struct PreSharedKey: Hashable, Sendable {
        package var identity: [UInt8]
        package var key: [UInt8]

        package init(identity: [UInt8], key: [UInt8]) {
            self.identity = identity
            self.key = key
        }
    }

    /// The first is for clients that name no host, or none that a certificate covers.
    package var credentials: [Credentials]
    /// ALPN names in the order of preference.
    package var applicationProtocols: [String]
    package var clientCertificates = ClientCertificates.off
    /// Who has to have signed them, in PEM or DER.
    package var clientAuthorities: [UInt8] = []
    package var preSharedKeys: [PreSharedKey] = []
    /// Where the secrets of all connections are written to; empty: nowhere.
    package var keyLogPath = ""

    package init(credentials: [Credentials], applicationProtocols: [String]) {
        self.credentials = credentials
        self.applicationProtocols = applicationProtocols
    }

    /// The longest ALPN name (RFC 7301 §3.1).
    package static let maximumApplicationProtocolLength = 255
}

extension ByteWriter {
    mutating func write(_ options: TLSOptions) {
        write(options.credentials) { writer, credentials in
            writer.write(credentials.chain)
            writer.write(credentials.privateKey)
        }
        write(options.applicationProtocols) { $0.write($1) }
        write(UInt8(TLSOptions.ClientCertificates.allCases.firstIndex(of: options.clientCertificates)!))
        write(options.clientAuthorities)
        write(options.preSharedKeys) { writer, key in
            writer.write(key.identity)
            writer.write(key.key)
        }
        write(options.keyLogPath)
    }
}

extension ByteReader {
    mutating func readTLSOptions() throws(MalformedMessage) -> TLSOptions {
        var options = TLSOptions(
            credentials: try readList { reader throws(MalformedMessage) in
                TLSOptions.Credentials(
                    chain: try reader.readOctets(), privateKey: try reader.readOctets())
            },
            applicationProtocols: try readList { reader throws(MalformedMessage) in
                try reader.readApplicationProtocol()
            })
        try visit(&options.clientCertificates, "use of client certificates")
        options.clientAuthorities = try readOctets()
        options.preSharedKeys = try readList { reader throws(MalformedMessage) in
            TLSOptions.PreSharedKey(identity: try reader.readOctets(), key: try reader.readOctets())
        }
        options.keyLogPath = try readText()
        return options
    }

    private mutating func readApplicationProtocol() throws(MalformedMessage) -> String {
        let name = try readText()
        let length = name.utf8.count
        guard (1...TLSOptions.maximumApplicationProtocolLength).contains(length) else {
            throw .invalidLength(field: "application protocol", count: length)
        }
        return name
    }
}
