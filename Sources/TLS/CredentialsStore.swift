/// The certificates of a server, and those that its application names for a client, read once each.
final class CredentialsStore {
    /// Certificates of the application's choice that are kept.
    static let maximumChosen = 256

    private let configured: [Credentials]
    private let select: (@Sendable (String) -> CredentialsSource?)?
    /// nil where it cannot be used.
    private var chosen = BoundedCache<CredentialsSource, Credentials?>(capacity: maximumChosen)

    init(
        _ sources: [CredentialsSource], select: (@Sendable (String) -> CredentialsSource?)?
    ) throws(TLSError) {
        guard !sources.isEmpty else {
            throw TLSError(
                .unreadableCertificate, "read the certificate chain", "there is none",
                advice: "give a certificate and its private key")
        }
        var configured: [Credentials] = []
        for source in sources { configured.append(try Credentials(source)) }
        self.configured = configured
        self.select = select
    }

    /// For clients that name no host, or none that a certificate covers.
    var first: Credentials { configured[0] }

    /// Whether it matters which host a client names.
    var choosesByName: Bool { select != nil || configured.count > 1 }

    /// For the host of this name; nil where `first` is for it.
    func credentials(for name: String) -> Credentials? {
        if let source = select?(name), let credentials = chosenCredentials(source) { return credentials }
        return configured.first { $0.covers(name) }
    }

    private func chosenCredentials(_ source: CredentialsSource) -> Credentials? {
        if let known = chosen[source] { return known }
        let credentials = try? Credentials(source)
        chosen.insert(credentials, for: source)
        return credentials
    }
}
