import Control
import Linux

/// A file with certificates or a private key.
enum CertificateFile {
    /// - Parameter what: names it in errors.
    static func read(_ what: String, _ path: String) throws(StartupFailure) -> [UInt8] {
        do {
            return try File.contents(of: path)
        } catch {
            throw StartupFailure(
                StartupFailure.Category(using: error), what, why: "\(error)",
                remedy: "give the path of a PEM file that can be read")
        }
    }
}
