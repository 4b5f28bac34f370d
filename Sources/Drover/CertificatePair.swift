import Control
import Linux
import TLS

/// A certificate chain and its private key, in PEM.
struct CertificatePair {
    let chain: [UInt8]
    let privateKey: [UInt8]

    /// Reads both files, and checks that TLS can be spoken with them, so that the fault is told by the file's
    /// name and before any worker starts.
    init(chainPath: String, privateKeyPath: String, applicationProtocols: [String]) throws(StartupFailure) {
        chain = try Self.read("certificate \(chainPath)", chainPath)
        privateKey = try Self.read("private key \(privateKeyPath)", privateKeyPath)
        do {
            _ = try ServerContext(
                certificateChainPEM: chain, privateKeyPEM: privateKey,
                applicationProtocols: applicationProtocols,
                ticketKeys: [UInt8](repeating: 0, count: ServerContext.ticketKeysLength))
        } catch {
            let isKey = error.code == .keyMismatch || error.code == .unreadablePrivateKey
            let isCertificate = error.code == .unreadableCertificate || error.code == .unusableCertificate
            let subject =
                isKey ? "private key \(privateKeyPath)" : isCertificate ? "certificate \(chainPath)" : "tls"
            throw StartupFailure(
                .configuration, "\(subject): \(error.operation)", why: error.reason, remedy: error.advice)
        }
    }

    init(chain: [UInt8], privateKey: [UInt8]) {
        self.chain = chain
        self.privateKey = privateKey
    }

    private static func read(_ what: String, _ path: String) throws(StartupFailure) -> [UInt8] {
        do {
            return try File.contents(of: path)
        } catch {
            throw StartupFailure(
                StartupFailure.Category(using: error), what, why: "\(error)",
                remedy: "give the path of a PEM file that can be read")
        }
    }
}
