import Control
import Linux
import Supervisor

extension PoolOptions {
    /// Reads what the options name, and fills in what they leave open.
    func configuration() throws(StartupFailure) -> PoolConfiguration {
        // Before the certificate, as TLS is set up with both to try it.
        try PoolConfiguration.validate(applicationProtocols: applicationProtocols)
        let certificate = try loadCertificate()
        return PoolConfiguration(
            addresses: listen.map(\.address), workerCount: try workerCount(), steering: steering.mode,
            hostID: hostID, certificateChain: certificate.chain, privateKey: certificate.privateKey,
            applicationProtocols: applicationProtocols, runDirectory: runDirectory)
    }

    private func workerCount() throws(StartupFailure) -> Int {
        switch workers {
        case .exactly(let count): return count
        case .automatic:
            do {
                return min(try Host.usableProcessorCount(), PoolConfiguration.workerCounts.upperBound)
            } catch {
                throw StartupFailure(
                    .unavailable, "--workers auto", why: "\(error)", remedy: "give a number")
            }
        }
    }

    private func loadCertificate() throws(StartupFailure) -> CertificatePair {
        switch certificate {
        case .files(let chain, let privateKey):
            try CertificatePair(
                chainPath: chain, privateKeyPath: privateKey, applicationProtocols: applicationProtocols)
        case .development: try developmentCertificates().certificate()
        }
    }

    private func developmentCertificates() throws(StartupFailure) -> DevelopmentCertificateStore {
        DevelopmentCertificateStore(directory: try StateDirectory(stateDirectory))
    }

    /// What whoever tries out the development certificate wants to know, in lines; nothing for another
    /// certificate.
    func hints(_ configuration: PoolConfiguration, address: SocketAddress) throws(StartupFailure) -> [String]
    {
        guard case .development = certificate else { return [] }
        let path = try developmentCertificates().certificatePath
        let fingerprint = try DevelopmentCertificateStore.fingerprint(of: configuration.certificateChain)
        let protocols = applicationProtocols.joined(separator: " or ")
        return [
            "development certificate \(path), SHA-256 fingerprint \(fingerprint)",
            "to try it, connect a QUIC client with ALPN \(protocols) that trusts \(path) to \(address)",
        ]
    }
}

extension PoolOptions.Steering {
    fileprivate var mode: SteeringMode {
        switch self {
        case .automatic: .automatic
        case .ebpf: .ebpf
        case .off: .off
        }
    }
}
