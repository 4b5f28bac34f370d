import Synchronization
import TLS

/// The certificates that an application names in handshakes: the files of each are read once in a worker.
final class ChosenCertificates: Sendable {
    /// As many as TLS keeps of what is in them.
    private let sources = Mutex(
        BoundedCache<PoolOptions.Certificate, CredentialsSource>(capacity: 256))

    /// - Returns: nil where a file cannot be read, which is tried again the next time.
    func source(of certificate: PoolOptions.Certificate) -> CredentialsSource? {
        sources.withLock { sources in
            if let known = sources[certificate] { return known }
            guard let pair = try? CertificatePair(certificate) else { return nil }
            let source = CredentialsSource(chain: pair.chain, privateKey: pair.privateKey)
            sources.insert(source, for: certificate)
            return source
        }
    }
}
