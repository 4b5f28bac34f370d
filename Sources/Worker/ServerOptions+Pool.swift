package import Control
private import Linux
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
        if !options.keyLogPath.isEmpty { keyLog = try Self.log(to: options.keyLogPath) }
    }

    private static func log(
        to path: String
    ) throws(StartupFailure) -> @Sendable (UnsafeRawBufferPointer) -> Void {
        let file: AppendedFile
        do {
            file = try AppendedFile(path)
        } catch {
            throw StartupFailure(
                StartupFailure.Category(using: error), "key log \(path)", why: "\(error)",
                remedy: "give the path of a file that can be written")
        }
        return { file.append(line: $0) }
    }
}
