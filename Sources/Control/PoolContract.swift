/// What the pool and its load balancers agree on.
package struct PoolContract: Codable, Hashable, Sendable {
    package struct Configuration: Codable, Hashable, Sendable {
        package var configID: UInt8
        /// In hexadecimal; nil where connection IDs are in plaintext.
        package var key: String?
        /// Octets of the server ID, slot included.
        package var serverIDLength: Int
        package var nonceLength: Int
        package var firstOctetEncodesLength: Bool

        package init(
            configID: UInt8, key: String?, serverIDLength: Int, nonceLength: Int,
            firstOctetEncodesLength: Bool
        ) {
            self.configID = configID
            self.key = key
            self.serverIDLength = serverIDLength
            self.nonceLength = nonceLength
            self.firstOctetEncodesLength = firstOctetEncodesLength
        }
    }

    /// In hexadecimal.
    package var hostID: String
    package var addresses: [String]
    /// The one in use first, then the one that the next rotation takes where it is known, then the former one as long
    /// as connections use it.
    package var configurations: [Configuration]

    package init(hostID: String, addresses: [String], configurations: [Configuration]) {
        self.hostID = hostID
        self.addresses = addresses
        self.configurations = configurations
    }
}
