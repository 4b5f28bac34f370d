import Linux
import QUICLB

/// A file with secrets in hexadecimal, that only its owner can read.
enum SecretFile {
    /// The one secret that the file holds.
    ///
    /// - Parameters:
    ///   - option: which names the file, for errors.
    ///   - octets: how many the secret has.
    static func read(_ path: String, option: String, octets count: Int) throws(CommandFailure) -> [UInt8] {
        let words = try text(path, option: option).split(whereSeparator: \.isWhitespace)
        guard words.count == 1, let secret = Hexadecimal.decode(words[0]), secret.count == count else {
            throw CommandFailure(
                .configuration,
                "\(option) \(path): it does not hold the secret; write \(2 * count) hexadecimal digits into it"
            )
        }
        return secret
    }

    /// What the file says.
    static func text(_ path: String, option: String) throws(CommandFailure) -> String {
        do {
            return String(decoding: try File.secret(in: path, limit: 1 << 20), as: UTF8.self)
        } catch {
            switch error {
            case .unreadable(let error):
                let isPermission = error == .accessDenied || error == .notPermitted
                throw CommandFailure(
                    isPermission ? .permission : .configuration, "\(option) \(path): \(error)")
            case .openToOthers(let mode):
                throw CommandFailure(
                    .permission,
                    "\(option) \(path): its mode is \(String(mode, radix: 8)), which lets others read or "
                        + "change it; chmod go-rw \(path), and replace what is in it if they may have read it"
                )
            }
        }
    }
}
