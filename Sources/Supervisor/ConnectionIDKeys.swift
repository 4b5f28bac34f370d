import Control
import Linux
import QUICLB

/// The pool's connection IDs: the configurations in use, their keys, and who may use which nonces.
///
/// Every change is on disk before anybody acts by it.
final class ConnectionIDKeys {
    let layout: ConnectionIDLayout
    /// What new connection IDs are made by.
    private(set) var current: Configuration
    /// What others may still have been made by, while a rotation is under way.
    private(set) var former: Configuration?
    /// nil in a pool without keys.
    private var keys: Keys?

    private struct Keys: ~Copyable {
        let state: StateDirectory
        var record: ConnectionIDRecord

        mutating func change(_ body: (inout ConnectionIDRecord) -> Void) throws(StartupFailure) {
            var changed = record
            body(&changed)
            try state.save(changed)
            record = changed
        }
    }

    /// - Parameters:
    ///   - state: where the keys are kept.
    ///   - inUse: the codepoints of the configurations that a pool goes on with, oldest first; nil: it starts.
    init(
        _ options: ConnectionIDOptions, host: HostID, state: StateDirectory, inUse: [UInt8]? = nil
    ) throws(StartupFailure) {
        layout = try ConnectionIDLayout(options, host: host)
        guard layout.isKeyed else {
            current = layout.configuration(id: options.configurationID, key: nil)
            return
        }
        var record = try state.load(ConnectionIDRecord.self) ?? ConnectionIDRecord()
        if let inUse {
            // The newest comes first in the record, and the former one behind it.
            let ids = record.keys.prefix(inUse.count).map(\.id.rawValue)
            guard ids == inUse.reversed() else {
                throw StartupFailure(
                    .internal, "go on with connection IDs of configuration \(inUse)",
                    why: "the state directory has \(ids)")
            }
            if inUse.count > 1 {
                former = layout.configuration(id: record.keys[1].id, key: record.keys[1].key)
            }
        } else {
            record.prepare(options, nonceLength: layout.nonceLength)
        }
        try state.save(record)
        current = layout.configuration(id: record.keys[0].id, key: record.keys[0].key)
        keys = Keys(state: state, record: record)
    }

    /// Oldest first.
    var configurations: [Configuration] { [former, current].compactMap(\.self) }

    /// What the next rotation takes; nil where that is not known.
    var next: Configuration? {
        keys?.record.next.map { layout.configuration(id: $0.id, key: $0.key) }
    }

    // MARK: Nonces

    /// Nonces for a worker that begins, or has used half of what it had; nil where there are none left. A pool
    /// without keys needs none.
    func takeNonces() throws(StartupFailure) -> NonceRange? {
        guard keys != nil else { return .empty }
        if keys!.record.keys[0].ledger.needsReservation {
            try keys!.change { $0.updateLedger { $0.reserve() } }
        }
        return keys!.record.updateLedger { $0.take() }
    }

    /// Whether a rotation is due because hardly any nonces are left.
    var needsRotation: Bool {
        former == nil && next != nil && keys?.record.keys[0].ledger.isLow == true
    }

    // MARK: Rotation

    /// Puts another key in use, under the next codepoint; what was in use is the former one until `dropFormer`.
    ///
    /// - Parameter key: what the operator gives; nil for the next of the pool's own.
    func rotate(to key: Configuration.Key?) throws(StartupFailure) {
        guard keys != nil else {
            throw StartupFailure(
                .configuration, "rotate the key", why: "the pool's connection IDs are in plaintext",
                remedy: "serve with --connection-ids keyed")
        }
        guard former == nil else {
            throw StartupFailure(
                .temporary, "rotate the key", why: "connections still use the one before",
                remedy: "try again when drover status shows one configuration")
        }
        guard key != current.key else {
            throw StartupFailure(
                .usage, "rotate the key", why: "this one is in use", remedy: "give another --key-file")
        }
        let nonceLength = layout.nonceLength
        let following = current.id.following
        guard let new = key.map({ ConnectionIDRecord.NextKey(id: following, key: $0) }) ?? keys!.record.next
        else {
            throw StartupFailure(
                .usage, "rotate the key", why: "the pool's keys are given to it",
                remedy: "give the new one by --key-file")
        }
        try keys!.change { record in
            record.use(new.id, new.key, nonceLength: nonceLength, start: .random(in: 0 ... .max))
            record.next = key == nil ? .random(after: new.id) : nil
        }
        former = current
        current = layout.configuration(id: new.id, key: new.key)
    }

    /// Nobody uses the former configuration any more, or may.
    func dropFormer() {
        former = nil
    }
}

extension ConnectionIDRecord {
    /// Puts the key in use that a pool starts with: the operator's; else the one of last time; else a new one.
    fileprivate mutating func prepare(_ options: ConnectionIDOptions, nonceLength: Int) {
        let start = UInt128.random(in: 0 ... .max)
        if let key = options.key {
            use(options.configurationID, key, nonceLength: nonceLength, start: start)
            next = nil
            return
        }
        if next != nil, keys[0].nonceLength == nonceLength { return }
        let id = keys.first?.id.following ?? options.configurationID
        let first = NextKey.random(at: id)
        use(first.id, first.key, nonceLength: nonceLength, start: start)
        next = .random(after: id)
    }
}

extension ConnectionIDRecord.NextKey {
    fileprivate static func random(after id: ConfigurationID) -> Self { random(at: id.following) }

    fileprivate static func random(at id: ConfigurationID) -> Self {
        let key = Configuration.Key(Host.randomOctets(Configuration.Key.length))
        return Self(id: id, key: key!)
    }
}

extension ConfigurationID {
    /// The codepoint that a rotation takes: they are used in turn.
    fileprivate var following: ConfigurationID {
        ConfigurationID(rawValue: (rawValue + 1) % Self.unroutable)!
    }
}
