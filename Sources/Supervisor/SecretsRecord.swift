import Control
import Linux
import QUICLB

/// What the state directory keeps of the secrets that workers share, so that tokens, tickets and stateless resets
/// are good over restarts.
struct SecretsRecord: Equatable {
    /// The keys of session tickets and address-validation tokens made at one time.
    struct Generation: Equatable {
        /// When, in seconds since 1970.
        let since: UInt64
        let ticketKey: [UInt8]
        let tokenKey: TokenKey
    }

    var resetSecret: [UInt8]
    /// Newest first; one at least.
    private(set) var generations: [Generation]

    /// New keys, which nobody knows.
    init(at now: UInt64) {
        resetSecret = Host.randomOctets(PoolSecrets.resetSecretLength)
        generations = [Generation(at: now, tokenKeyID: 0)]
    }

    /// Puts new keys in use at `now`. What was made under those before them is good until the next time.
    mutating func rotate(at now: UInt64) {
        let new = Generation(at: now, tokenKeyID: generations[0].tokenKey.id &+ 1)
        generations = [new, generations[0]]
    }

    var secrets: PoolSecrets {
        PoolSecrets(
            resetSecret: resetSecret, ticketKeys: generations.map(\.ticketKey),
            tokenKeys: generations.map(\.tokenKey))
    }
}

extension SecretsRecord.Generation {
    fileprivate init(at now: UInt64, tokenKeyID: UInt8) {
        since = now
        ticketKey = Host.randomOctets(PoolSecrets.ticketKeyLength)
        tokenKey = TokenKey(id: tokenKeyID, octets: Host.randomOctets(TokenKey.length))
    }
}

// MARK: The file

extension SecretsRecord: StateRecord {
    static let fileName = "secrets.json"
    static let name = "record of secrets"
    static let afterLoss = "clients begin without their tickets and tokens"
    static let afterDisclosure = "remove it if they may have read it"

    private struct File: Codable {
        var version: Int
        var resetSecret: String
        var generations: [Generation]

        struct Generation: Codable {
            var since: UInt64
            var ticketKey: String
            var tokenKeyID: UInt8
            var tokenKey: String
        }
    }

    private static let version = 1

    func encoded() -> [UInt8] {
        let file = File(
            version: Self.version, resetSecret: Hexadecimal.encode(resetSecret),
            generations: generations.map {
                File.Generation(
                    since: $0.since, ticketKey: Hexadecimal.encode($0.ticketKey), tokenKeyID: $0.tokenKey.id,
                    tokenKey: Hexadecimal.encode($0.tokenKey.octets))
            })
        return Self.json(file)
    }

    init?(decoding octets: [UInt8]) {
        guard let file = Self.value(File.self, inJSON: octets),
            file.version == Self.version, !file.generations.isEmpty,
            let resetSecret = Self.key(file.resetSecret, count: PoolSecrets.resetSecretLength)
        else { return nil }
        self.resetSecret = resetSecret
        generations = []
        for generation in file.generations {
            guard let ticketKey = Self.key(generation.ticketKey, count: PoolSecrets.ticketKeyLength),
                let tokenKey = Self.key(generation.tokenKey, count: TokenKey.length)
            else { return nil }
            generations.append(
                Generation(
                    since: generation.since, ticketKey: ticketKey,
                    tokenKey: TokenKey(id: generation.tokenKeyID, octets: tokenKey)))
        }
    }

    private static func key(_ text: String, count: Int) -> [UInt8]? {
        Hexadecimal.decode(text).flatMap { $0.count == count ? $0 : nil }
    }
}
