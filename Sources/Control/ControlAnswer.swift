/// What the pool answers: one JSON object a line, with `version` 1 and one more member, named as the command, or
/// `error`.
///
/// ```
/// {"version":1,"resize":{"workers":6,"starting":[4,5],"draining":[]}}
/// {"version":1,"error":{"exitStatus":64,"what":"resize 0","why":"…","remedy":"…"}}
/// ```
package enum ControlAnswer: Hashable, Sendable {
    case status(PoolStatus)
    case resize(Resize)
    case rotateKey(RotateKey)
    case loadBalancerConfiguration(PoolContract)
    case error(StartupFailure)

    package static let version = 1

    package struct Resize: Codable, Hashable, Sendable {
        package var workers: Int
        /// Slots that a worker is started in.
        package var starting: [UInt8]
        /// Slots that serve what they have, and then go.
        package var draining: [UInt8]

        package init(workers: Int, starting: [UInt8], draining: [UInt8]) {
            self.workers = workers
            self.starting = starting
            self.draining = draining
        }
    }

    package struct RotateKey: Codable, Hashable, Sendable {
        /// The codepoint of the former configuration and of the new one.
        package var from: UInt8
        package var to: UInt8

        package init(from: UInt8, to: UInt8) {
            self.from = from
            self.to = to
        }
    }
}

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
