import Control
import Glibc
import Linux
import TLS
import Testing

@testable import Drover

@Suite struct DevelopmentCertificateStoreTests {
    @Test func theCertificateIsKept() throws {
        try withStore { store in
            let first = try store.certificate()
            let second = try store.certificate()
            #expect(first.chain == second.chain && first.privateKey == second.privateKey)
            #expect(try DevelopmentCertificateStore.fingerprint(of: first.chain).count == 64)
            #expect(try File.contents(of: store.certificatePath) == first.chain)
        }
    }

    @Test func keyAndCertificateAreFitForTLS() throws {
        try withStore { store in
            let pair = try store.certificate()
            let keyPath = store.directory.path + "/key.pem"
            try File.replace(keyPath, with: pair.privateKey, mode: 0o600)
            let read = try CertificatePair(.files(chain: store.certificatePath, privateKey: keyPath))
            try read.check(applicationProtocols: ["echo"])
            #expect(read.chain == pair.chain)
        }
    }

    @Test func theFilesAreForTheirOwnerOnly() throws {
        try withStore { store in
            _ = try store.certificate()
            for name in ["dev-cert.pem", "dev-cert-and-key.pem"] {
                var information = stat()
                #expect(stat("\(store.directory.path)/\(name)", &information) == 0)
                #expect(information.st_mode & 0o777 == 0o600)
            }
        }
    }

    @Test func aDamagedFileIsReplaced() throws {
        try withStore { store in
            let first = try store.certificate()
            try File.replace(
                store.directory.path + "/dev-cert-and-key.pem", with: Array(first.chain.dropLast(40)),
                mode: 0o600)
            let second = try store.certificate()
            #expect(first.chain != second.chain)
        }
    }

    @Test func aCertificateThatIsMissingOrDiffersIsWrittenAgain() throws {
        try withStore { store in
            let first = try store.certificate()
            #expect(unlink(store.certificatePath) == 0)
            #expect(try store.certificate().chain == first.chain)
            #expect(try File.contents(of: store.certificatePath) == first.chain)
            try File.replace(store.certificatePath, with: [1], mode: 0o600)
            _ = try store.certificate()
            #expect(try File.contents(of: store.certificatePath) == first.chain)
        }
    }

    @Test func aDirectoryThatOthersCanWriteToIsRefused() throws {
        try withStore { store in
            let path = store.directory.path
            chmod(path, 0o775)
            let failure = #expect(throws: StartupFailure.self) { try StateDirectory(path) }
            #expect(failure?.category == .configuration)
            #expect(
                failure?.remedy == "choose another --state-dir, or, if it is drover's own, chmod go-w \(path)"
            )
            let file = #expect(throws: StartupFailure.self) { try StateDirectory("/dev/null") }
            #expect(file?.why == "it is no directory")
        }
    }

    @Test func aKeyOfAnotherCertificateIsNamed() throws {
        try withStore { store in
            let pair = try store.certificate()
            let other = try DevelopmentCertificate()
            let keyPath = store.directory.path + "/other.pem"
            try File.replace(keyPath, with: other.privateKeyPEM, mode: 0o600)
            #expect(!pair.chain.isEmpty)
            let failure = #expect(throws: StartupFailure.self) {
                try CertificatePair(.files(chain: store.certificatePath, privateKey: keyPath)).check(
                    applicationProtocols: ["echo"])
            }
            #expect(failure?.category == .configuration)
            #expect(failure?.description.contains(keyPath) == true)
        }
    }

    private func withStore(_ body: (DevelopmentCertificateStore) throws -> Void) throws {
        var template = Array("/tmp/drover-test-XXXXXX".utf8CString)
        let path = String(cString: try #require(mkdtemp(&template)))
        defer { _ = system("rm -r \(path)") }
        try body(DevelopmentCertificateStore(directory: try StateDirectory(path)))
    }
}
