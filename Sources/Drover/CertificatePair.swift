import Control
import Linux
import TLS

/// A certificate chain and its private key, in PEM or DER.
struct CertificatePair {
    let chain: [UInt8]
    let privateKey: [UInt8]
    /// What errors call them: the files' names.
    private var chainName = "certificate"
    private var privateKeyName = "private key"

    init(chain: [UInt8], privateKey: [UInt8]) {
        self.chain = chain
        self.privateKey = privateKey
    }

    /// Reads the files, if it is files.
    ///
    /// - Precondition: it is not `.development`.
    init(_ certificate: PoolOptions.Certificate) throws(StartupFailure) {
        switch certificate {
        case .files(let chainPath, let privateKeyPath):
            chainName += " \(chainPath)"
            privateKeyName += " \(privateKeyPath)"
            chain = try CertificateFile.read(chainName, chainPath)
            privateKey = try CertificateFile.read(privateKeyName, privateKeyPath)
        case .octets(let chain, let privateKey): (self.chain, self.privateKey) = (chain, privateKey)
        case .development:
            throw StartupFailure(
                .usage, "certificate", why: "the development certificate is the pool's only one")
        }
    }

    /// For a context that makes no tickets.
    static let unusedTicketKey = [UInt8](repeating: 0, count: ServerContext.ticketKeyLength)

    /// Throws where TLS cannot be spoken with them, so that the fault is told by the file's name.
    func check(applicationProtocols: [String]) throws(StartupFailure) {
        let options = ServerOptions(
            credentials: [CredentialsSource(chain: chain, privateKey: privateKey)],
            applicationProtocols: applicationProtocols, ticketKeys: [Self.unusedTicketKey])
        do {
            _ = try ServerContext(options)
        } catch {
            let isKey = error.code == .keyMismatch || error.code == .unreadablePrivateKey
            let isCertificate = error.code == .unreadableCertificate || error.code == .unusableCertificate
            let subject = isKey ? privateKeyName : isCertificate ? chainName : "tls"
            throw StartupFailure(
                .configuration, "\(subject): \(error.operation)", why: error.reason, remedy: error.advice)
        }
    }
}
