import Control
import Linux

/// The secrets that all workers of the pool share, kept over restarts and replaced by and by. Every change is on disk
/// before anybody acts by it.
final class PoolKeys {
    let state: StateDirectory
    private let lifetime: Duration
    /// What the operator gives; nil for the one that is kept.
    private let givenResetSecret: [UInt8]?
    private var record: SecretsRecord

    /// - Parameters:
    ///   - resetSecret: the operator's; nil to keep one of the pool's own.
    ///   - lifetime: how long keys of tickets and tokens are new; they are good for as long again.
    ///   - now: the time of day.
    init(
        _ state: StateDirectory, resetSecret: [UInt8]?, lifetime: Duration, at now: WallTime
    ) throws(StartupFailure) {
        self.state = state
        self.lifetime = lifetime
        givenResetSecret = resetSecret
        if let kept = try state.load(SecretsRecord.self) {
            record = kept
            if age(at: now) >= lifetime { try rotate(at: now) }
        } else {
            record = SecretsRecord(at: now.seconds)
            try state.save(record)
        }
    }

    var secrets: PoolSecrets {
        var secrets = record.secrets
        if let givenResetSecret { secrets.resetSecret = givenResetSecret }
        return secrets
    }

    /// How long until the next rotation is due.
    func timeLeft(at now: WallTime) -> Duration { max(.zero, lifetime - age(at: now)) }

    /// A clock that was set back makes keys no older.
    private func age(at now: WallTime) -> Duration {
        let since = record.generations[0].since
        return now.seconds > since ? .seconds(Int64(clamping: now.seconds - since)) : .zero
    }

    /// Puts new keys of tickets and tokens in use.
    func rotate(at now: WallTime) throws(StartupFailure) {
        var changed = record
        changed.rotate(at: now.seconds)
        try state.save(changed)
        record = changed
    }
}
