import Control
import Linux
import Supervisor
import TLS
import TestSupport
import Testing
import Worker

@testable import Drover

@Suite struct PoolOptionsTests {
    @Test(arguments: ["127.0.0.1:4433", "[::1]:4433"])
    func aEndpointIsParsedAndPrinted(text: String) {
        #expect(Endpoint(text)?.description == text)
    }

    @Test(arguments: ["localhost:4433", "127.0.0.1:65536", "127.0.0.1", "::1:4433", ""])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func anUnreadableCertificateIsNamed() {
        let options = PoolOptions(certificate: .files(chain: "/nonexistent", privateKey: "/nonexistent"))
        let failure = #expect(throws: StartupFailure.self) { try options.configuration() }
        #expect(failure?.exitStatus == 78)
        #expect(failure?.what == "certificate /nonexistent")
    }

    /// Handshakes do not wait for the disk.
    @Test func theFilesOfAChosenCertificateAreReadOnce() throws {
        let directory = try TemporaryDirectory()
        let (chain, key) = (directory.path("chain"), directory.path("key"))
        var options = PoolOptions(certificate: .development)
        options.certificateForName = { _ in .files(chain: chain, privateKey: key) }
        let select = try #require(options.tlsCallbacks.selectCredentials)
        // What is not there yet may be the next time.
        #expect(select("a") == nil)
        for path in [chain, key] { try File.replace(path, with: [1, 2], mode: 0o600) }
        let source = CredentialsSource(chain: [1, 2], privateKey: [1, 2])
        #expect(select("a") == source)
        for path in [chain, key] { try File.replace(path, with: [3], mode: 0o600) }
        #expect(select("a") == source)
    }
}
