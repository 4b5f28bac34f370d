import Testing

@testable import TLS

@Suite struct CredentialsTests {
    static let certificate = try! DevelopmentCertificate()

    @Test func developmentCertificateIsUsable() throws {
        let context = try ServerContext(Self.certificate)
        _ = try context.makeHandshake(delegate: RecordingDelegate())
    }

    @Test func developmentCertificateIsShortLived() throws {
        let left = try certificateRemainingValidity(Self.certificate.certificateChainPEM)
        #expect(left > .seconds(13 * 86_400 - 600))
        #expect(left <= DevelopmentCertificate.validity)
    }

    @Test func fingerprintsDiffer() throws {
        let first = try certificateFingerprint(Self.certificate.certificateChainPEM)
        let second = try certificateFingerprint(DevelopmentCertificate().certificateChainPEM)
        #expect(first.count == 32)
        #expect(first != second)
    }

    // A chain's fingerprint is that of its first certificate.
    @Test func fingerprintIsOfTheLeaf() throws {
        let other = try DevelopmentCertificate().certificateChainPEM
        let chain = Self.certificate.certificateChainPEM + other
        #expect(
            try certificateFingerprint(chain) == certificateFingerprint(Self.certificate.certificateChainPEM))
        _ = try ServerContext(chain: chain, key: Self.certificate.privateKeyPEM)
    }

    @Test func mismatchedKey() throws {
        let other = try DevelopmentCertificate()
        expect(.keyMismatch) {
            try ServerContext(chain: Self.certificate.certificateChainPEM, key: other.privateKeyPEM)
        }
    }

    @Test(arguments: ["", "no PEM at all", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func unreadableCertificate(text: String) {
        expect(.unreadableCertificate) {
            try ServerContext(chain: Array(text.utf8), key: Self.certificate.privateKeyPEM)
        }
    }

    @Test func damagedIssuer() {
        let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        expect(.unreadableCertificate) {
            try ServerContext(
                chain: Self.certificate.certificateChainPEM + Array(damaged.utf8),
                key: Self.certificate.privateKeyPEM)
        }
    }

    @Test func swappedFiles() {
        expect(.unreadableCertificate) {
            try ServerContext(
                chain: Self.certificate.privateKeyPEM, key: Self.certificate.certificateChainPEM)
        }
        expect(.unreadablePrivateKey) {
            try ServerContext(
                chain: Self.certificate.certificateChainPEM, key: Self.certificate.certificateChainPEM)
        }
    }

    // It must not ask the terminal for a passphrase.
    @Test func encryptedKey() {
        let error = #expect(throws: TLSError.self) {
            try ServerContext(
                chain: Self.certificate.certificateChainPEM, key: Array(encryptedPrivateKeyPEM.utf8))
        }
        #expect(error?.code == .unreadablePrivateKey)
        #expect(error?.reason == "it is encrypted")
    }

    @Test(arguments: [[], [""], ["echo", String(repeating: "x", count: 256)]])
    func badApplicationProtocols(names: [String]) {
        expect(.invalidApplicationProtocol) { try ServerContext(Self.certificate, protocols: names) }
    }

    @Test func badTicketKeys() {
        expect(.invalidTicketKeys) {
            try ServerContext(Self.certificate, ticketKeys: [[UInt8](repeating: 1, count: 48)])
        }
    }

    @Test func oldLibrary() throws {
        try OpenSSLVersion.check()
        let error = #expect(throws: TLSError.self) { try OpenSSLVersion.check(major: 1) }
        #expect(error?.code == .unsupportedLibrary)
    }

    @Test func messageSaysWhatWhyAndWhatToDo() throws {
        let error = #expect(throws: TLSError.self) { try ServerContext(chain: [], key: []) }
        let text = try #require(error?.description)
        #expect(text.hasPrefix("tls: read the certificate chain: no start line (PEM routines); give "))
    }

    private func expect(_ code: TLSError.Code, _ body: () throws -> ServerContext) {
        let error = #expect(throws: TLSError.self) { _ = try body() }
        #expect(error?.code == code)
    }
}

extension ServerContext {
    static let testTicketKey = [UInt8](repeating: 7, count: ticketKeyLength)

    convenience init(
        _ certificate: DevelopmentCertificate, protocols: [String] = ["echo", "h3"],
        ticketKeys: [[UInt8]] = [testTicketKey], change: (inout ServerOptions) -> Void = { _ in }
    ) throws(TLSError) {
        var options = ServerOptions(
            credentials: [CredentialsSource(certificate)], applicationProtocols: protocols,
            ticketKeys: ticketKeys)
        change(&options)
        try self.init(options)
    }

    convenience init(chain: [UInt8], key: [UInt8]) throws(TLSError) {
        try self.init(
            ServerOptions(
                credentials: [CredentialsSource(chain: chain, privateKey: key)],
                applicationProtocols: ["echo"], ticketKeys: [Self.testTicketKey]))
    }
}
