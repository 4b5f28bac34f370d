import Control
import Linux
import QUICLB
import Supervisor

extension PoolOptions {
    /// Reads what the options name, and fills in what they leave open.
    ///
    /// - Parameter isReadOnly: whether to make and change nothing.
    func configuration(isReadOnly: Bool = false) throws(StartupFailure) -> PoolConfiguration {
        // Before the certificate, as TLS is set up with both to try it.
        try PoolConfiguration.validate(applicationProtocols: applicationProtocols)
        let owner = try userAccount()
        let state = try StateDirectory(chosenStateDirectory, for: owner, isReadOnly: isReadOnly)
        let tls = try tlsOptions(state)
        var configuration = PoolConfiguration(
            addresses: (listen + preferredAddresses).map(\.address), workerCount: try workerCount(),
            steering: steering.mode,
            hostID: hostID, connectionIDs: connectionIDOptions, stateDirectory: state.path,
            tls: tls, runDirectory: chosenRunDirectory)
        configuration.preferredCount = preferredAddresses.count
        configuration.service.options.transport = transport
        configuration.service.options.limits = limits
        configuration.service.options.validation = addressValidation
        configuration.service.options.sockets = sockets
        configuration.service.handlerConfiguration = handlerConfiguration
        configuration.workerTimeout = workerTimeout
        configuration.resetSecret = resetSecret
        configuration.eventTrace = eventTrace
        configuration.log = log
        configuration.pinsWorkers = pinsWorkers
        configuration.metrics = metrics?.address
        configuration.owner = owner
        configuration.allowsOutgoingConnections = allowsOutgoingConnections
        configuration.stopCode = stopCode
        configuration.stopReason = stopReason
        return configuration
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

    private var connectionIDOptions: ConnectionIDOptions {
        var options = ConnectionIDOptions(configurationID: configurationID)
        switch connectionIDs {
        case .keyed(let key, let length):
            options.preset = .keyed
            options.key = key
            options.length = length
        case .plaintext(let length):
            options.preset = .plaintext
            options.length = length
        case .awsNLB(let length):
            options.preset = .awsNLB
            options.length = length
        }
        return options
    }

    /// What whoever tries out the development certificate wants to know, in lines; nothing for another
    /// certificate.
    func hints(_ configuration: PoolConfiguration, address: SocketAddress) throws(StartupFailure) -> [String]
    {
        guard case .development = certificate else { return [] }
        let path = DevelopmentCertificateStore.certificatePath(in: configuration.stateDirectory)
        let fingerprint = try DevelopmentCertificateStore.fingerprint(
            of: configuration.service.tls.credentials[0].chain)
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
        case .forward: .forward
        case .off: .off
        }
    }
}
