import Control
import Linux

/// The pool's directory for what outlives it, held by one supervisor: two would hand out the same nonces.
final class StateDirectory {
    let path: String
    private let lock: FileLock

    /// What keeps other pools out.
    var lockDescriptor: Int32 { lock.rawValue }

    /// Takes the directory, which the caller has made.
    ///
    /// - Parameter held: the lock that this process has from a former program.
    init(_ path: String, held: Int32? = nil) throws(StartupFailure) {
        lock = try FileLock.take(path, by: "state.lock", "state directory", option: "--state-dir", held: held)
        self.path = path
    }
}

/// What a file of the state directory says. Such files hold secrets.
protocol StateRecord {
    /// The file's name.
    static var fileName: String { get }
    /// For messages: what it is, and what to do where it is lost or others may have read it.
    static var name: String { get }
    static var afterLoss: String { get }
    static var afterDisclosure: String { get }

    func encoded() -> [UInt8]

    /// What a file says; nil where it is no such file, or damaged.
    init?(decoding octets: [UInt8])
}

extension StateRecord {
    fileprivate static func path(in directory: String) -> String { "\(directory)/\(fileName)" }

    /// The record that is kept in a directory; nil where there is none yet.
    static func load(from directory: String) throws(StartupFailure) -> Self? {
        let path = path(in: directory)
        let what = "\(name) \(path)"
        let octets: [UInt8]
        do {
            octets = try File.secret(in: path, limit: 1 << 20)
        } catch {
            switch error {
            case .unreadable(.noEntry): return nil
            case .unreadable(let error):
                throw StartupFailure(StartupFailure.Category(using: error), what, why: "\(error)")
            case .openToOthers(let mode):
                throw StartupFailure(
                    .configuration, what,
                    why: "its mode is \(String(mode, radix: 8)), which lets others read the keys",
                    remedy: "chmod 600 \(path), and \(afterDisclosure)")
            }
        }
        guard let record = Self(decoding: octets) else {
            throw StartupFailure(
                .configuration, what, why: "it is damaged, or not drover's",
                remedy: "restore it, or remove it and \(afterLoss)")
        }
        return record
    }
}

extension StateDirectory {
    /// The record that is kept; nil where there is none yet.
    func load<Record: StateRecord>(_: Record.Type) throws(StartupFailure) -> Record? {
        try Record.load(from: path)
    }

    func save<Record: StateRecord>(_ record: Record) throws(StartupFailure) {
        let path = Record.path(in: self.path)
        do {
            try File.replace(path, with: record.encoded(), mode: 0o600)
        } catch {
            throw StartupFailure(unusable: "\(Record.name) \(path)", option: "--state-dir", error)
        }
    }
}
