import Foundation
import TestSupport
import Testing

/// A certificate and its key, in files named after it.
struct CertificateFiles {
    let certificate: String
    let key: String

    var options: [String] { ["--cert", certificate, "--key", key] }

    /// Makes them.
    ///
    /// - Parameter arguments: of make_certificate.py.
    init(_ name: String, in directory: TemporaryDirectory, _ arguments: [String] = []) async throws {
        certificate = directory.path("\(name).pem")
        key = directory.path("\(name)-key.pem")
        let script = Executables.clients.appending(path: "make_certificate.py").path
        let process = try ChildProcess(
            Executables.python, [script, "--cert", certificate, "--key", key, "--name", name] + arguments)
        let status = try await process.exitStatus(within: .seconds(20))
        try #require(status == .exited(0))
    }
}
