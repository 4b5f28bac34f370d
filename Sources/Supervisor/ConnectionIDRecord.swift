import QUICLB

/// What the state directory keeps of connection IDs, so that no nonce is used twice under a key: the keys with the
/// nonces that are reserved.
struct ConnectionIDRecord: Equatable {
    struct KeyRecord: Equatable {
        let id: ConfigurationID
        let key: Configuration.Key
        /// A key under which nonces have another length begins anew.
        let nonceLength: Int
        var ledger: NonceLedger
    }

    /// The key in use first, then former ones: an operator may give one again. Those long gone are forgotten.
    private(set) var keys: [KeyRecord]
    /// What the next rotation takes, known before so that load balancers can be told in time; nil where the operator
    /// gives the keys.
    var next: NextKey?

    struct NextKey: Equatable {
        let id: ConfigurationID
        let key: Configuration.Key
    }

    static let longestHistory = 16

    init(keys: [KeyRecord] = [], next: NextKey? = nil) {
        self.keys = keys
        self.next = next
    }

    /// Puts a key in use, with its ledger where it has been in use before.
    mutating func use(_ id: ConfigurationID, _ key: Configuration.Key, nonceLength: Int, start: UInt128) {
        let former = keys.first { $0.key == key && $0.nonceLength == nonceLength }
        keys.removeAll { $0.key == key && $0.nonceLength == nonceLength }
        let ledger = former?.ledger ?? NonceLedger(nonceLength: nonceLength, start: start)
        keys.insert(KeyRecord(id: id, key: key, nonceLength: nonceLength, ledger: ledger), at: 0)
        keys = Array(keys.prefix(Self.longestHistory))
    }

    /// Changes the ledger of the key in use.
    mutating func updateLedger<Result>(_ body: (inout NonceLedger) -> Result) -> Result {
        body(&keys[0].ledger)
    }
}

// MARK: The file

extension ConnectionIDRecord: StateRecord {
    static let fileName = "connection-ids.json"
    static let name = "connection-ID record"
    static let afterLoss = "tell load balancers the new keys"
    static let afterDisclosure = "drover rotate-key afterwards"

    private struct File: Codable {
        var version: Int
        var keys: [Key]
        var next: Next?

        struct Key: Codable {
            var configID: UInt8
            var key: String
            var nonceLength: Int
            var start: String
            var reserved: String
        }

        struct Next: Codable {
            var configID: UInt8
            var key: String
        }
    }

    private static let version = 1

    func encoded() -> [UInt8] {
        let file = File(
            version: Self.version,
            keys: keys.map {
                File.Key(
                    configID: $0.id.rawValue, key: Hexadecimal.encode($0.key.octets),
                    nonceLength: $0.nonceLength, start: String($0.ledger.start, radix: 16),
                    reserved: String($0.ledger.reserved, radix: 16))
            },
            next: next.map {
                File.Next(configID: $0.id.rawValue, key: Hexadecimal.encode($0.key.octets))
            })
        return Self.json(file)
    }

    init?(decoding octets: [UInt8]) {
        guard let file = Self.value(File.self, inJSON: octets),
            file.version == Self.version, !file.keys.isEmpty
        else { return nil }
        keys = []
        for record in file.keys {
            guard let id = ConfigurationID(rawValue: record.configID),
                let key = Hexadecimal.decode(record.key).flatMap(Configuration.Key.init),
                Nonce.lengths.contains(record.nonceLength),
                let start = UInt128(record.start, radix: 16),
                let reserved = UInt128(record.reserved, radix: 16)
            else { return nil }
            let ledger = NonceLedger(nonceLength: record.nonceLength, start: start, reserved: reserved)
            keys.append(KeyRecord(id: id, key: key, nonceLength: record.nonceLength, ledger: ledger))
        }
        guard let next = file.next else { return }
        guard let id = ConfigurationID(rawValue: next.configID),
            let key = Hexadecimal.decode(next.key).flatMap(Configuration.Key.init)
        else { return nil }
        self.next = NextKey(id: id, key: key)
    }
}
