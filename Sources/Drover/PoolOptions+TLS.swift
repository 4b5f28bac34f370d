import Control
import Linux
import TLS
import Worker

extension PoolOptions {
    /// Reads the files that the options name, and checks that TLS can be spoken with all of it before any worker starts.
    func tlsOptions(_ state: StateDirectory) throws(StartupFailure) -> TLSOptions {
        var credentials: [TLSOptions.Credentials] = []
        for certificate in [certificate] + moreCertificates {
            let pair =
                switch certificate {
                case .files, .octets: try CertificatePair(certificate)
                case .development: try DevelopmentCertificateStore(directory: state).certificate()
                }
            try pair.check(applicationProtocols: applicationProtocols)
            credentials.append(TLSOptions.Credentials(chain: pair.chain, privateKey: pair.privateKey))
        }
        var options = TLSOptions(credentials: credentials, applicationProtocols: applicationProtocols)
        switch clientCertificates {
        case .off: break
        case .optional(let path):
            (options.clientCertificates, options.clientAuthorities) = (.optional, try Self.authorities(path))
        case .required(let path):
            (options.clientCertificates, options.clientAuthorities) = (.required, try Self.authorities(path))
        }
        options.preSharedKeys = preSharedKeys.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { TLSOptions.PreSharedKey(identity: $0.key, key: $0.value) }
        options.keyLogPath = keyLog ?? ""
        try Self.check(options)
        return options
    }

    private static func authorities(_ path: String) throws(StartupFailure) -> [UInt8] {
        try CertificateFile.read("authorities of client certificates \(path)", path)
    }

    private static func check(_ options: TLSOptions) throws(StartupFailure) {
        let serverOptions = try ServerOptions(options, ticketKeys: [CertificatePair.unusedTicketKey])
        do {
            _ = try ServerContext(serverOptions)
        } catch {
            throw StartupFailure(
                .configuration, "tls: \(error.operation)", why: error.reason, remedy: error.advice)
        }
    }

    /// What workers ask in each handshake.
    var tlsCallbacks: TLSCallbacks {
        var callbacks = TLSCallbacks()
        callbacks.preSharedKey = preSharedKeyForIdentity
        if let certificateForName {
            let chosen = ChosenCertificates()
            callbacks.selectCredentials = { certificateForName($0).flatMap(chosen.source(of:)) }
        }
        return callbacks
    }
}
