import Control
import Linux
import QUICLB

/// A file with secrets in hexadecimal, that only its owner can read.
enum SecretFile {
    /// The one secret that the file holds.
    ///
    /// - Parameters:
    ///   - option: which names the file, for errors.
    ///   - octets: how many the secret has.
    static func read(_ path: String, option: String, octets count: Int) throws(StartupFailure) -> [UInt8] {
        let words = try text(path, option: option).split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let secret = Hexadecimal.decode(words[0]), secret.count == count else {
            throw StartupFailure(
                .configuration, "\(option) \(path)", why: "it does not hold the secret",
                remedy: "write \(2 * count) hexadecimal digits into it")
        }
        return secret
    }

    /// What the file says.
    static func text(_ path: String, option: String) throws(StartupFailure) -> String {
        do {
            return String(decoding: try File.secret(in: path, limit: 1 << 20), as: UTF8.self)
        } catch {
            switch error {
            case .unreadable(let error):
                throw StartupFailure(
                    StartupFailure.Category(using: error), "\(option) \(path)", why: "\(error)")
            case .openToOthers(let mode):
                throw StartupFailure(
                    .permission, "\(option) \(path)",
                    why: "its mode is \(String(mode, radix: 8)), which lets others read or change it",
                    remedy: "chmod go-rw \(path), and replace what is in it if they may have read it")
            }
        }
    }
}
