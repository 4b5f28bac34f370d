import Foundation
import Glibc
import TestSupport
import Testing

extension ProcessTests {
    /// Certificates of the pool and of clients, pre-shared keys and the key log.
    @Suite struct CertificateTests {
        private let directory = try! TemporaryDirectory()

        private func make(_ name: String, _ arguments: String...) async throws -> CertificateFiles {
            try await CertificateFiles(name, in: directory, arguments)
        }

        private func pool(_ options: [String], isCertificateGiven: Bool = false) async throws -> DroverProcess
        {
            try await DroverProcess.start(
                workers: 1, options: options, isCertificateGiven: isCertificateGiven)
        }

        private func visit(_ pool: DroverProcess, _ arguments: String...) async throws -> VisitReport {
            try await PythonClient.visit(pool, arguments)[0]
        }

        @Test(.needsDrover, .needsPython)
        func clientsGetTheCertificateOfTheHostTheyName() async throws {
            let first = try await make("first", "--host", "first.example")
            let second = try await make(
                "second", "--host", "*.second.example", "--host", "third.example", "--der")
            let pool = try await pool(first.options + second.options, isCertificateGiven: true)
            for (name, expected) in [
                ("first.example", "first"), ("a.second.example", "second"), ("THIRD.example", "second"),
                ("a.b.second.example", "first"), ("unknown.example", "first"),
            ] {
                let visit = try await visit(pool, "--server-name", name)
                #expect(visit.ok && visit.certificateName == expected, "\(name)")
            }
        }

        /// RFC 8446 §4.4.2.4: without one that is required, certificate_required; with one of another authority,
        /// unknown_ca.
        @Test(.needsDrover, .needsPython)
        func clientsShowCertificates() async throws {
            let authority = try await make("authority", "--authority")
            let good = try await make("good", "--signed-by", authority.certificate, authority.key)
            let other = try await make("other")
            for (mode, endWithout) in [("required", UInt64(0x174)), ("optional", nil)] {
                let pool = try await pool(
                    ["--client-certificates", mode, "--client-ca", authority.certificate])
                let memory = directory.path("memory-\(mode)")
                let shown = try await visit(
                    pool, "--certificate", good.certificate, "--private-key", good.key, "--memory", memory)
                #expect(shown.ok, "\(mode)")
                // The certificate is part of the session.
                let resumed = try await visit(pool, "--memory", memory)
                #expect(resumed.ok && resumed.resumed, "\(mode)")
                let none = try await visit(pool)
                #expect(none.end?.code == endWithout, "\(mode)")
                let wrong = try await visit(
                    pool, "--certificate", other.certificate, "--private-key", other.key)
                #expect(!wrong.ok && wrong.end?.kind == "transport", "\(mode): \(wrong)")
            }
        }

        @Test(.needsDrover, .needsPython)
        func clientsKnowAPreSharedKey() async throws {
            let key = String(repeating: "0a", count: 32)
            let file = directory.path("keys")
            try Data("someone:\(key)\n".utf8).write(to: URL(filePath: file))
            chmod(file, 0o600)
            let pool = try await pool(["--psk-file", file])
            let known = try await visit(pool, "--psk", "someone:\(key)")
            #expect(known.ok && known.resumed && known.certificateName == nil)
            // Nobody's: the handshake goes on with the certificate.
            let unknown = try await visit(pool, "--psk", "nobody:\(key)")
            #expect(unknown.ok && !unknown.resumed && unknown.certificateName == "localhost")
            // RFC 8446 §4.2.11.2: a binder that is wrong ends it; OpenSSL's alert is illegal_parameter.
            let wrong = try await visit(pool, "--psk", "someone:\(String(key.reversed()))")
            #expect(wrong.end?.code == 0x12f)
            // Tickets are as good as ever.
            let resumption = try await PythonClient.visit(pool, "--visits", "2")
            #expect(resumption.map(\.resumed) == [false, true])
        }

        @Test(.needsDrover, .needsPython, arguments: [true, false])
        func theKeyLogIsWrittenWithAWarning(isOption: Bool) async throws {
            let log = directory.path("keylog")
            let pool = try await DroverProcess.start(
                workers: 1, options: isOption ? ["--key-log", log] : [],
                launcher: isOption ? [] : ["/usr/bin/env", "SSLKEYLOGFILE=\(log)"])
            let visit = try await visit(pool)
            #expect(visit.ok)
            #expect(
                pool.output.contains {
                    $0.contains("whoever reads the key log can decrypt all") && $0.contains(log)
                })
            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
            let labels = Set(lines.compactMap { $0.split(separator: " ").first })
            #expect(labels.isSuperset(of: ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"]))
            var information = stat()
            #expect(stat(log, &information) == 0 && information.st_mode & 0o777 == 0o600)
        }
    }
}
