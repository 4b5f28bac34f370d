import Control
import Linux
import Supervisor
import Testing

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
}
