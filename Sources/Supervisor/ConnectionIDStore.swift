import Control
import Linux

/// The file of the connection-ID record, held by one supervisor at a time: two would hand out the same nonces.
struct ConnectionIDStore: ~Copyable {
    private let path: String
    private let lock: FileLock

    /// Takes the file in the state directory, which the caller has made.
    init(directory: String) throws(StartupFailure) {
        path = "\(directory)/connection-ids.json"
        let lock: FileLock?
        do {
            lock = try FileLock.acquire("\(directory)/connection-ids.lock")
        } catch {
            throw StartupFailure(unusable: "state directory \(directory)", option: "--state-dir", error)
        }
        guard let lock else {
            throw StartupFailure(
                .configuration, "state directory \(directory)", why: "another drover holds it",
                remedy: "stop that one or choose another --state-dir")
        }
        self.lock = lock
    }

    /// The record that is kept; nil where there is none yet.
    func load() throws(StartupFailure) -> ConnectionIDRecord? {
        let octets: [UInt8]
        do {
            octets = try File.secret(in: path, limit: 1 << 20)
        } catch {
            switch error {
            case .unreadable(.noEntry): return nil
            case .unreadable(let error):
                throw StartupFailure(
                    StartupFailure.Category(using: error), "connection-ID record \(path)", why: "\(error)")
            case .openToOthers(let mode):
                throw StartupFailure(
                    .configuration, "connection-ID record \(path)",
                    why: "its mode is \(String(mode, radix: 8)), which lets others read the keys",
                    remedy: "chmod 600 \(path), and drover rotate-key afterwards")
            }
        }
        guard let record = ConnectionIDRecord(decoding: octets) else {
            throw StartupFailure(
                .configuration, "connection-ID record \(path)", why: "it is damaged, or not drover's",
                remedy: "restore it, or remove it and tell load balancers the new keys")
        }
        return record
    }

    func save(_ record: ConnectionIDRecord) throws(StartupFailure) {
        do {
            try File.replace(path, with: record.encoded(), mode: 0o600)
        } catch {
            throw StartupFailure(unusable: "connection-ID record \(path)", option: "--state-dir", error)
        }
    }
}
