package import Control
package import TLS

extension ServerOptions {
    /// The pool's options in TLS.
    ///
    /// - Throws: where the key log cannot be written.
    package init(
        _ options: TLSOptions, ticketKeys: [[UInt8]], callbacks: TLSCallbacks = TLSCallbacks()
    ) throws(StartupFailure) {
        self.init(
            credentials: options.credentials.map {
                CredentialsSource(chain: $0.chain, privateKey: $0.privateKey)
            },
            applicationProtocols: options.applicationProtocols, ticketKeys: ticketKeys)
        clientCertificates =
            switch options.clientCertificates {
            case .off: .off
            case .optional: .optional(authorities: options.clientAuthorities)
            case .required: .required(authorities: options.clientAuthorities)
            }
        for key in options.preSharedKeys { preSharedKeys[key.identity] = key.key }
        selectCredentials = callbacks.selectCredentials
        preSharedKey = callbacks.preSharedKey
        if !options.keyLogPath.isEmpty { keyLog = try KeyLog.open(options.keyLogPath) }
    }
}
