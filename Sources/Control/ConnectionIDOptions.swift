package import QUICLB

/// How the pool's connection IDs are to look.
package struct ConnectionIDOptions: Hashable, Sendable {
    package enum Preset: String, CaseIterable, Sendable {
        /// Encrypted, of 17 octets, so that one block of AES does it.
        case keyed
        /// Anyone can read the server ID.
        case plaintext
        /// Plaintext as the AWS Network Load Balancer reads it: a host ID of 8 octets; 16 octets in all.
        case awsNLB = "aws-nlb"
    }

    package var preset: Preset
    /// Octets of a connection ID; nil for the preset's own.
    package var length: Int?
    /// The key that the operator gives; nil to make one, and to keep it in the state directory.
    package var key: Configuration.Key?
    /// The codepoint of the first configuration.
    package var configurationID: ConfigurationID

    package init(
        preset: Preset = .keyed, length: Int? = nil, key: Configuration.Key? = nil,
        configurationID: ConfigurationID = ConfigurationID(rawValue: 0)!
    ) {
        self.preset = preset
        self.length = length
        self.key = key
        self.configurationID = configurationID
    }
}
